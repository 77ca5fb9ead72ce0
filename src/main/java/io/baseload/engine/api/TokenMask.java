package io.baseload.engine.api;

/**
 * The tokens with which one answer may continue. The engine calls in this order: {@link #allow} for the first token, then {@link #advance} and {@link #allow} for each
 * one after it. It calls them while it computes the logits that the mask is for, from one thread at a time and never from the engine's own: a slow mask delays only its own answer, and answers
 * whose masks {@linkplain #mayBeSlow may be slow}. If a method throws, the answer fails with that exception. The allowed tokens must depend only on the tokens so far; otherwise the same seed could give
 * different answers.
 */
public interface TokenMask {
    /**
     * Sets the bit of each token that may come next, including stop tokens if the answer may end, and clears all others. If none is set, the answer ends with {@link FinishReason#STOP}.
     *
     * @param bits bit {@code id & 63} of word {@code id >> 6}; as many words as the model's vocabulary needs
     */
    void allow(long[] bits);

    /** Reports the decoded token, which was one of the allowed ones. */
    void advance(int token);

    /**
     * Whether the next call may take more than some 10 ms, or wait for a call of another answer that does. Answers for which this is true share threads with a low priority, and don't delay
     * the others. May be called by any thread, and before each call.
     */
    boolean mayBeSlow();
}
