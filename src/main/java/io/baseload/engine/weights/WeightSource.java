package io.baseload.engine.weights;

import io.baseload.engine.quant.RowSource;

/** The weights in a checkpoint's files, under the names of {@link Weights}. Rows are in the decoder's order: not permuted, not fused. */
public interface WeightSource {
    /** As {@link Weights#matrix}, row by row. */
    RowSource matrix(String name, int rows, int cols);

    /** As {@link Weights#vector}. */
    float[] vector(String name, int length);
}
