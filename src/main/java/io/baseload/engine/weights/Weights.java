package io.baseload.engine.weights;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * Answers an architecture's questions for its weights. The names are ours, the same for all families and file formats: {@code embedding}, {@code norm},
 * {@code head}, and for layer N {@code layers.N.} and then for instance {@code attention_norm}, {@code attention.query}, {@code attention.query.bias} or
 * {@code feed_forward.down}. Who answers decides what happens: a checkpoint's weights are packed, those of our store are mapped, an import packs and writes them.
 * Weights are asked for one after the other, each once.
 */
public interface Weights {
    /**
     * A matrix in panels.
     *
     * @param rows outputs
     * @param cols inputs
     * @throws io.baseload.engine.api.ModelFileException if it is missing, or of another shape
     */
    PackedMatrix matrix(String name, int rows, int cols);

    /**
     * A norm, a bias or other numbers that are used as they are.
     *
     * @throws io.baseload.engine.api.ModelFileException if it is missing, or of another length
     */
    float[] vector(String name, int length);
}
