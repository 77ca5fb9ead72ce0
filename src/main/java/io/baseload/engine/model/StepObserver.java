package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/** Observes a step while it is computed. Called by one worker; the arguments are valid until the method returns and must not be changed. */
public interface StepObserver {
    /** An observer that does nothing. */
    StepObserver NONE = new StepObserver() {};

    /** The input of the first layer, a row for each row of the batch. */
    default void embedded(Rows x) {}

    /** The residual stream after a layer. */
    default void layer(int layer, Rows x) {}

    /** The input of the head, a row for each call of {@link Batch#wantLogits}. */
    default void normed(Rows selected) {}
}
