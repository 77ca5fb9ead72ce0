package io.baseload.engine.profile;

import io.baseload.engine.tensor.PackedMatrix;

/**
 * How long a kernel takes to multiply a kind of matrix with some rows while its weights come from cache.
 *
 * @param start seconds before the first panel, which each worker needs for itself
 * @param weightsPerSecond of all workers together, behind that
 */
public record KernelTime(double start, double weightsPerSecond) {

    /** For a whole matrix, which the workers share. */
    public double seconds(PackedMatrix matrix) {
        return start + (double) matrix.rows() * matrix.cols() / weightsPerSecond;
    }
}
