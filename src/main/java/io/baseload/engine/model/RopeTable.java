package io.baseload.engine.model;

import io.baseload.engine.kernel.Rotary;

/**
 * The rotations of a step's rows.
 *
 * @param nearby for sequences of at most {@code limit} tokens
 * @param far for longer ones, at all positions
 */
record RopeTable(Rotary nearby, Rotary far, int limit) {
    /** Computes the cosines and sines of a row. */
    void turn(Batch batch, int row) {
        of(batch.length(row)).turn(row, batch.position(row));
    }

    /** @param length tokens of the whole sequence, as far as they are known */
    Rotary of(int length) {
        return length > limit ? far : nearby;
    }
}
