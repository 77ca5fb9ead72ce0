package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/**
 * A linear layer for each head, from the head's columns of x to the head's columns of y. Their panels are divided among the workers as if they were one matrix.
 *
 * @param inputs the columns of each head
 * @param outputs the columns of each head
 */
record PerHead(Linear[] heads, Rows[] inputs, Rows[] outputs) {

    /** Heads are adjacent in both. A head's part is as wide as the rows divided by the number of heads; {@code xAt} and {@code yAt} are the starts of input and output in it. */
    static PerHead of(Linear[] heads, Rows x, int xAt, Rows y, int yAt) {
        Rows[] inputs = new Rows[heads.length];
        Rows[] outputs = new Rows[heads.length];
        for (int i = 0; i < heads.length; i++) {
            inputs[i] = x.columns(x.width() / heads.length * i + xAt, heads[i].cols());
            outputs[i] = y.columns(y.width() / heads.length * i + yAt, heads[i].rows());
        }
        return new PerHead(heads, inputs, outputs);
    }

    void apply(Worker worker) {
        int panels = heads[0].weight().panels();
        int from = worker.from(heads.length * panels);
        int to = worker.to(heads.length * panels);
        for (int unit = from, end; unit < to; unit = end) {
            int head = unit / panels;
            end = Math.min(to, (head + 1) * panels);
            int first = head * panels;
            heads[head].multiplyPlain(worker, inputs[head], outputs[head], unit - first, end - first);
        }
    }
}
