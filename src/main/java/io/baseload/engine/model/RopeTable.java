package io.baseload.engine.model;

import io.baseload.engine.kernel.Rotary;

/**
 * The table that a token is rotated with.
 *
 * @param nearby for sequences of at most {@code limit} tokens
 * @param far for longer ones, at all positions
 */
record RopeTable(Rotary nearby, Rotary far, int limit) {
    /** @param length tokens of the whole sequence, as far as they are known */
    Rotary of(int length) {
        return length > limit ? far : nearby;
    }
}
