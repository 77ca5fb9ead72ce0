package io.baseload.engine.model;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/**
 * y = W·x + b.
 *
 * @param bias empty if there is none
 */
record Linear(PackedMatrix weight, float[] bias) {
    private static final float[] NO_BIAS = {};

    /** Reads {@code name} and, if there is one, {@code name.bias}. */
    static Linear load(Weights weights, String name, int rows, int cols, boolean bias) {
        return new Linear(weights.matrix(name, rows, cols), bias ? weights.vector(name + ".bias", rows) : NO_BIAS);
    }

    int rows() {
        return weight.rows();
    }

    int cols() {
        return weight.cols();
    }

    /** This worker's share of the outputs, for all rows of the batch. */
    void apply(Worker worker, Rows x, Rows y) {
        apply(worker, x, y, worker.from(weight.panels()), worker.to(weight.panels()));
    }

    /** Some panels' outputs, for all rows of the batch. */
    void apply(Worker worker, Rows x, Rows y, int firstPanel, int endPanel) {
        apply(worker, x, y, 0, worker.batch.prefillRows(), worker.rows(), firstPanel, endPanel);
    }

    /** This worker's share of the outputs for rows {@code from … to} of x and y, of which those from {@code decode} on are decode rows. */
    void apply(Worker worker, Rows x, Rows y, int from, int decode, int to) {
        apply(worker, x, y, from, decode, to, worker.from(weight.panels()), worker.to(weight.panels()));
    }

    private void apply(Worker worker, Rows x, Rows y, int from, int decode, int to, int firstPanel, int endPanel) {
        worker.kernels.prefillLinear(weight, x, y, from, decode, firstPanel, endPanel, worker.scratch);
        worker.kernels.decodeLinear(weight, x, y, decode, to, firstPanel, endPanel, worker.scratch);
        if (bias.length > 0) {
            worker.kernels.addBias(bias, y, from, to, column(firstPanel), column(endPanel));
        }
    }

    private int column(int panel) {
        return Math.min(panel * PackedMatrix.LANES, weight.rows());
    }
}
