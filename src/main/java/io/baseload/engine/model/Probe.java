package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/** Looks at a step while it is computed. Called by one worker; what it is shown holds until it returns and must not be changed. */
public interface Probe {
    /** Sees nothing. */
    Probe NONE = new Probe() {};

    /** What enters the first layer, a row for each row of the batch. */
    default void embedded(Rows x) {}

    /** The residual stream that leaves a layer. */
    default void layer(int layer, Rows x) {}

    /** What the logits are made of, a row for each {@link Batch#wantLogits}. */
    default void normed(Rows selected) {}
}
