package io.baseload.engine.model;

import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.weights.Weights;
import java.util.Optional;

/**
 * An encoder's additional weights.
 *
 * @param positions one row for each position, if positions are learned
 * @param segments one row for each segment, if there are any
 * @param norm the norm after the embedding
 * @param relevance the head that computes the relevance from a text's first row, if the model has one
 */
record EncoderWeights(
        Optional<PackedMatrix> positions,
        Optional<PackedMatrix> segments,
        Norm norm,
        Optional<RelevanceHead> relevance) {

    /** score = sigmoid(score·tanh(dense·x)) */
    record RelevanceHead(Linear dense, Linear score) {}

    static EncoderWeights load(EncoderConfig encoder, ModelConfig config, Weights weights) {
        int hidden = config.hidden();
        return new EncoderWeights(
                matrix(weights, "positions", encoder.positions(), hidden),
                matrix(weights, "segments", encoder.segments(), hidden),
                encoder.inputNorm() ? Norm.load(weights, "embedding_norm", hidden, config.norms()) : Norm.NONE,
                encoder.output() instanceof EncoderOutput.Relevance
                        ? Optional.of(new RelevanceHead(
                                Linear.load(weights, "relevance.dense", hidden, hidden, true),
                                Linear.load(weights, "relevance.score", 1, hidden, true)))
                        : Optional.empty());
    }

    private static Optional<PackedMatrix> matrix(Weights weights, String name, int rows, int hidden) {
        return rows == 0 ? Optional.empty() : Optional.of(weights.matrix(name, rows, hidden));
    }
}
