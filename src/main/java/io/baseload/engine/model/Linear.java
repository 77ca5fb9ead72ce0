package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;

/**
 * y = W·x + b.
 *
 * @param bias empty if there is none
 * @param operator the operator for which its time is counted
 */
record Linear(PackedMatrix weight, float[] bias, Operator operator) {
    static final float[] NO_BIAS = {};

    /** Reads {@code name} and, if there is one, {@code name.bias}. */
    static Linear load(Weights weights, String name, int rows, int cols, boolean bias) {
        PackedMatrix weight = weights.matrix(name, rows, cols);
        float[] numbers = bias ? weights.vector(name + ".bias", rows) : NO_BIAS;
        return new Linear(weight, numbers, Operator.linear(weight.packing().codes()));
    }

    /** The same layer with another operator. */
    Linear countedAs(Operator other) {
        return new Linear(weight, bias, other);
    }

    int rows() {
        return weight.rows();
    }

    int cols() {
        return weight.cols();
    }

    /** Computes this worker's share of the outputs, for all rows of the batch. */
    void apply(Worker worker, Rows x, Rows y) {
        prepare(worker, x, worker.batch.prefillRows(), PromptForm.PLAIN);
        multiply(worker, x, y);
    }

    /**
     * Called by all workers together before {@link #multiply}: quantizes the rows if this layer's kernel needs that and no layer before has done it.
     *
     * @param rows number of rows of x
     * @param present the form in which layers before have quantized the same rows
     * @return the form in which they are quantized now
     */
    PromptForm prepare(Worker worker, Rows x, int rows, PromptForm present) {
        PromptForm form = form(worker);
        if (form == PromptForm.PLAIN || form == present) {
            return present;
        }
        worker.quantize(form, x, rows, operator);
        return form;
    }

    private PromptForm form(Worker worker) {
        return worker.batch.prefillRows() > 0 ? worker.kernels.promptForm(weight) : PromptForm.PLAIN;
    }

    /** Whether the rows that were quantized last have this layer's form; if not, it reads those in F32. */
    private boolean quantized(Worker worker) {
        PromptForm form = form(worker);
        return form != PromptForm.PLAIN && form == worker.quantized.form();
    }

    /** The part of {@link #apply} after {@link #prepare}. */
    void multiply(Worker worker, Rows x, Rows y) {
        multiply(worker, x, y, worker.from(weight.panels()), worker.to(weight.panels()));
    }

    /** Computes some panels' outputs, for all rows of the batch. */
    void multiply(Worker worker, Rows x, Rows y, int firstPanel, int endPanel) {
        multiply(worker, x, y, 0, worker.batch.prefillRows(), worker.rows(), firstPanel, endPanel);
    }

    /** Computes this worker's share of the outputs for rows {@code from … to} of x and y, of which those from {@code decode} on are decode rows. */
    void multiply(Worker worker, Rows x, Rows y, int from, int decode, int to) {
        multiply(worker, x, y, from, decode, to, worker.from(weight.panels()), worker.to(weight.panels()));
    }

    /** Computes some panels' outputs, for some rows. */
    void multiply(Worker worker, Rows x, Rows y, int from, int decode, int to, int firstPanel, int endPanel) {
        worker.share.compute(worker, this, x, y, quantized(worker), from, decode, to, firstPanel, endPanel);
        worker.did(operator);
    }

    /** Computes some panels' outputs for all rows of the batch from activations that aren't quantized: for layers whose columns no other layer reads, so that {@link #prepare} wouldn't pay off. */
    void multiplyPlain(Worker worker, Rows x, Rows y, int firstPanel, int endPanel) {
        int decode = worker.batch.prefillRows();
        worker.share.compute(worker, this, x, y, false, 0, decode, worker.rows(), firstPanel, endPanel);
        worker.did(operator);
    }

    /** Adds the bias, if there is one, to some panels' outputs. */
    void addBias(Kernels kernels, Rows y, int from, int to, int firstPanel, int endPanel) {
        if (bias.length > 0) {
            kernels.addBias(bias, y, from, to, column(firstPanel), column(endPanel));
        }
    }

    private int column(int panel) {
        return Math.min(panel * PackedMatrix.LANES, weight.rows());
    }
}
