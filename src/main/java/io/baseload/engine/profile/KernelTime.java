package io.baseload.engine.profile;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * The duration of a kernel's multiplication of some rows by a kind of matrix with weights from cache.
 *
 * @param start seconds before the first panel, needed by each worker
 * @param weightsPerSecond rate of all workers together after that
 */
public record KernelTime(double start, double weightsPerSecond) {

    /** The duration for a whole matrix, divided among the workers. */
    public double seconds(PackedMatrix matrix) {
        return start + (double) matrix.rows() * matrix.cols() / weightsPerSecond;
    }
}
