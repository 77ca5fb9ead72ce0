package io.baseload.engine.sample;

import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.tensor.Rows;

/** The largest of a row of logits. */
final class Logits {
    private Logits() {}

    /**
     * Index of the largest logit; of equal ones the first.
     *
     * @throws NotFiniteException if it is not finite
     */
    static int argmax(Rows logits, int row) {
        float[] data = logits.data();
        int at = logits.at(row);
        int best = 0;
        for (int i = 1; i < logits.width(); i++) {
            if (data[at + i] > data[at + best]) {
                best = i;
            }
        }
        if (!Float.isFinite(data[at + best])) {
            throw new NotFiniteException(
                    "the model's logits are not finite: " + data[at + best] + " for token " + best);
        }
        return best;
    }
}
