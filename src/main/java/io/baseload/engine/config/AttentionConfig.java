package io.baseload.engine.config;

/** The kinds of attention, each with its numbers. */
public sealed interface AttentionConfig permits GroupedQuery, Latent, LocalizedFiltering {
    /** Query heads. */
    int heads();

    /** Heads of keys and values that a sequence keeps. */
    int kvHeads();

    /** Width of a head's key in the cache. */
    int keyDim();

    /** Width of a head's value in the cache. */
    int valueDim();

    /** Floats besides that a layer keeps of a sequence's last token, as a causal convolution does. */
    default int stateWidth() {
        return 0;
    }
}
