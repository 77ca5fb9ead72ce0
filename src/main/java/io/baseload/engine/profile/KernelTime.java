package io.baseload.engine.profile;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.tensor.PackedMatrix;

/**
 * The duration of a kernel's multiplication of some rows by a kind of matrix with weights from cache.
 *
 * @param start seconds before the first panel, needed by each worker
 * @param weightsPerSecond rate of all workers together after that
 */
public record KernelTime(double start, double weightsPerSecond) {

    /**
     * The duration for some rows. Kernels read the weights once for every {@link Kernels#MAX_DECODE_ROWS} rows.
     *
     * @param start as measured for these rows, or for that many if they are more
     * @param weightsPerSecond likewise
     */
    static KernelTime of(int rows, double start, double weightsPerSecond) {
        double passes = Math.max(1, rows / (double) Kernels.MAX_DECODE_ROWS);
        return new KernelTime(start * passes, weightsPerSecond / passes);
    }

    /** The duration for a whole matrix, divided among the workers. */
    public double seconds(PackedMatrix matrix) {
        return start + (double) matrix.rows() * matrix.cols() / weightsPerSecond;
    }
}
