package io.baseload.engine.api;

/**
 * Which tokens one answer may go on with. The engine asks in this order: {@link #allow} for the first token, then {@link #advance} and {@link #allow} for each
 * one after it. It asks while it computes the logits that the mask is for, by one thread at a time and never by its own: a mask that takes long delays only its
 * own answer, and answers whose masks take as long. What it throws is what its answer fails with. What is allowed must depend on the tokens alone, or the same seed gives different answers.
 */
public interface TokenMask {
    /**
     * Sets the bit of each token that may come next, stop tokens where the answer may end, and clears all others. Where none is set the answer ends with
     * {@link FinishReason#STOP}.
     *
     * @param bits bit {@code id & 63} of word {@code id >> 6}; as many words as the model's vocabulary needs
     */
    void allow(long[] bits);

    /** Notes the token that was decoded; it was allowed. */
    void advance(int token);
}
