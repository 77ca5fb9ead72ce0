package io.baseload.engine.model;

import io.baseload.engine.kernel.Rotary;

/**
 * What a step's rows are rotated with.
 *
 * @param nearby for sequences of at most {@code limit} tokens
 * @param far for longer ones, at all positions
 */
record RopeTable(Rotary nearby, Rotary far, int limit) {
    /** Makes the cosines and sines of a row. */
    void turn(Batch batch, int row) {
        of(batch.length(row)).turn(row, batch.position(row));
    }

    /** @param length tokens of the whole sequence, as far as they are known */
    Rotary of(int length) {
        return length > limit ? far : nearby;
    }
}
