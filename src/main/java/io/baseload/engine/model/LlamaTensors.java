package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which tensors of a file a Llama model is made of.
 *
 * @param head the matrix that makes logits, if it isn't the embedding
 * @param ropeFactors what the frequencies of rotary embedding are divided by (Llama 3's scaling)
 */
record LlamaTensors(
        StoredTensor embedding,
        List<Layer> layers,
        StoredTensor norm,
        Optional<StoredTensor> head,
        Optional<StoredTensor> ropeFactors) {

    record Projection(StoredTensor weight, Optional<StoredTensor> bias) {}

    /** @param qkv queries, keys and values */
    record Layer(
            StoredTensor attentionNorm,
            List<Projection> qkv,
            Projection output,
            StoredTensor feedForwardNorm,
            Projection gate,
            Projection up,
            Projection down) {}

    /** @throws io.baseload.engine.api.ModelFileException if one is missing, has another shape, or is there without being part of a Llama model */
    static LlamaTensors of(GgufFile file, ModelConfig config) {
        TensorFinder finder = new TensorFinder(file);
        LlamaTensors tensors = new LlamaTensors(
                finder.matrix("token_embd.weight", config.vocabulary(), config.hidden()),
                IntStream.range(0, config.layers())
                        .mapToObj(i -> layer(finder, "blk." + i + ".", config))
                        .toList(),
                finder.vector("output_norm.weight", config.hidden()),
                finder.optionalMatrix("output.weight", config.vocabulary(), config.hidden()),
                finder.optionalVector("rope_freqs.weight", config.rope().dimensions() / 2));
        finder.refuseOthers();
        return tensors;
    }

    private static Layer layer(TensorFinder finder, String prefix, ModelConfig c) {
        return new Layer(
                finder.vector(prefix + "attn_norm.weight", c.hidden()),
                List.of(
                        projection(finder, prefix + "attn_q", c.queryWidth(), c.hidden()),
                        projection(finder, prefix + "attn_k", c.kvWidth(), c.hidden()),
                        projection(finder, prefix + "attn_v", c.kvWidth(), c.hidden())),
                projection(finder, prefix + "attn_output", c.hidden(), c.queryWidth()),
                finder.vector(prefix + "ffn_norm.weight", c.hidden()),
                projection(finder, prefix + "ffn_gate", c.feedForward(), c.hidden()),
                projection(finder, prefix + "ffn_up", c.feedForward(), c.hidden()),
                projection(finder, prefix + "ffn_down", c.hidden(), c.feedForward()));
    }

    private static Projection projection(TensorFinder finder, String name, int rows, int columns) {
        return new Projection(
                finder.matrix(name + ".weight", rows, columns), finder.optionalVector(name + ".bias", rows));
    }
}
