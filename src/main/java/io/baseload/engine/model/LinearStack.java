package io.baseload.engine.model;

import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.tensor.Rows;

/**
 * Linear layers with the same input, whose panels are divided among the workers as if they were one matrix.
 *
 * @param outputs the rows for each layer's output
 */
record LinearStack(Linear[] layers, Rows[] outputs) {

    void apply(Worker worker, Rows x) {
        int panels = 0;
        for (Linear layer : layers) {
            panels += layer.weight().panels();
        }
        int from = worker.from(panels);
        int to = worker.to(panels);
        int first = 0;
        PromptForm form = PromptForm.PLAIN;
        for (int i = 0; i < layers.length; i++) {
            form = layers[i].prepare(worker, x, worker.batch.prefillRows(), form);
            int end = first + layers[i].weight().panels();
            if (from < end && to > first) {
                layers[i].multiply(worker, x, outputs[i], Math.max(from, first) - first, Math.min(to, end) - first);
            }
            first = end;
        }
    }
}
