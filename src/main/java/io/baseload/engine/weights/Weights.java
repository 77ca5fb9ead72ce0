package io.baseload.engine.weights;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * Provides an architecture's weights. The names are this project's, the same for all families and file formats: {@code embedding}, {@code norm}, {@code head}, and for layer N {@code
 * layers.N.} followed by {@code attention_norm}, {@code attention.query}, {@code attention.query.bias} or {@code feed_forward.down}, for example. The implementation decides what a request
 * does: a checkpoint's weights are packed, those of an imported model are mapped, an import packs and writes them. Weights are requested one after the other, each once.
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
     * A norm, a bias or other numbers that aren't packed.
     *
     * @throws io.baseload.engine.api.ModelFileException if it is missing, or of another length
     */
    float[] vector(String name, int length);
}
