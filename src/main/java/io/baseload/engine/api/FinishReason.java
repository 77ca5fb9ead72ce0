package io.baseload.engine.api;

/** Why an answer ended. */
public enum FinishReason {
    /** A stop token was decoded, or the sink had enough. */
    STOP,
    /** The request's maximum, the context's end, or the end of the lease. */
    LENGTH,
    CANCELLED
}
