package io.baseload.chat.api;

import io.baseload.engine.api.Usage;

/** A request that is being answered. */
public interface Completion {
    /** Ends all answers within one step. The listener then receives {@link CompletionEvent.Finished} or {@link CompletionEvent.Failed}. */
    void cancel();

    /** Whether it had begun to arrive when it was started. If not, its leases are asked when it begins. */
    default boolean hasBegun() {
        return false;
    }

    /** Tokens so far: each prompt once, all answers. */
    Usage usage();
}
