package io.baseload.engine.api;

/** Why an answer ended. */
public enum FinishReason {
    /** A stop token was decoded, or the sink ended the answer. */
    STOP,
    /** The request's maximum, the end of the context or the end of the lease was reached. */
    LENGTH,
    CANCELLED
}
