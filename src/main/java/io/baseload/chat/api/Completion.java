package io.baseload.chat.api;

import io.baseload.engine.api.Usage;

/** A request that is being answered. */
public interface Completion {
    /** Ends all answers within one step. The listener then receives {@link CompletionEvent.Finished} or {@link CompletionEvent.Failed}. */
    void cancel();

    /** Tokens so far: each prompt once, all answers. */
    Usage usage();
}
