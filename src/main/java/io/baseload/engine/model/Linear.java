package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/**
 * y = W·x + b. The weights may be several matrices whose outputs stand side by side (queries, keys and values), bound to their columns of y.
 *
 * @param weights matrices of as many columns as x has
 * @param outputs the columns of y that each matrix fills
 * @param biases one for each matrix; empty if it has none
 */
record Linear(PackedMatrix[] weights, Rows[] outputs, float[][] biases) {

    /** This worker's share of the outputs, for all rows of the batch. */
    void apply(Kernels kernels, Batch batch, Rows x, int worker, int workers, Scratch scratch) {
        for (int i = 0; i < weights.length; i++) {
            PackedMatrix w = weights[i];
            int first = Step.share(worker, workers, w.panels());
            int end = Step.share(worker + 1, workers, w.panels());
            int decode = batch.prefillRows();
            kernels.prefillLinear(w, x, outputs[i], 0, decode, first, end, scratch);
            kernels.decodeLinear(w, x, outputs[i], decode, batch.rows(), first, end, scratch);
            if (biases[i].length > 0) {
                kernels.addBias(biases[i], outputs[i], 0, batch.rows(), column(first, w), column(end, w));
            }
        }
    }

    /** First column of the output that this worker computes; its last one's end is the next worker's first. */
    int firstColumn(int worker, int workers) {
        return column(Step.share(worker, workers, weights[0].panels()), weights[0]);
    }

    private static int column(int panel, PackedMatrix w) {
        return Math.min(panel * PackedMatrix.LANES, w.rows());
    }
}
