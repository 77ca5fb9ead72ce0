package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.tensor.Rows;

/**
 * RMSNorm of parts of a row with the same weights: of each head, or of the whole row.
 *
 * @param parts the columns of each part
 */
record HeadNorm(Rows[] parts, float[] weight, float epsilon) {

    /** Divides rows into parts of the weights' width. */
    static HeadNorm of(Rows rows, float[] weight, float epsilon) {
        Rows[] parts = new Rows[rows.width() / weight.length];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = rows.columns(i * weight.length, weight.length);
        }
        return new HeadNorm(parts, weight, epsilon);
    }

    /** Norms one row in place. */
    void apply(Worker worker, int row) {
        Kernels kernels = worker.kernels;
        for (Rows part : parts) {
            kernels.rmsNorm(part, weight, epsilon, part, row, row + 1, worker.scratch);
        }
    }
}
