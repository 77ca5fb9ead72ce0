package io.baseload.engine.api;

/** An accepted request. */
public interface Generation {
    /** Ends the generation within one step, whether it is queued, in prefill or in decode. Its sink then gets {@link FinishReason#CANCELLED}. */
    void cancel();

    /** Tokens so far. */
    Usage usage();
}
