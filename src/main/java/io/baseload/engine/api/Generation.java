package io.baseload.engine.api;

/** A request that was accepted. */
public interface Generation {
    /** Ends the generation within one step, in the queue, in prefill or in decode. Its sink then hears {@link FinishReason#CANCELLED}. */
    void cancel();

    /** Tokens so far. */
    Usage usage();
}
