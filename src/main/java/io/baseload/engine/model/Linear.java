package io.baseload.engine.model;

import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/**
 * y = W·x + b.
 *
 * @param bias empty if there is none
 * @param operator what its time is counted for
 */
record Linear(PackedMatrix weight, float[] bias, Operator operator) {
    private static final float[] NO_BIAS = {};

    /** Reads {@code name} and, if there is one, {@code name.bias}. */
    static Linear load(Weights weights, String name, int rows, int cols, boolean bias) {
        PackedMatrix weight = weights.matrix(name, rows, cols);
        float[] numbers = bias ? weights.vector(name + ".bias", rows) : NO_BIAS;
        return new Linear(weight, numbers, Operator.linear(weight.packing().codes()));
    }

    /** The same layer, counted for something else. */
    Linear countedAs(Operator other) {
        return new Linear(weight, bias, other);
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
        worker.did(operator);
    }

    private int column(int panel) {
        return Math.min(panel * PackedMatrix.LANES, weight.rows());
    }
}
