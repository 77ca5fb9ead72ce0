package io.baseload.engine.config;

import java.util.Optional;

/** The kinds of attention, each with its numbers. */
public sealed interface AttentionConfig permits GroupedQuery, Latent, LocalizedFiltering {
    /** Query heads. */
    int heads();

    /** Heads of keys and values in the cache. */
    int kvHeads();

    /** Width of a head's key in the cache. */
    int keyDim();

    /** Width of a head's value in the cache. */
    int valueDim();

    /** Whether a head's value is the end of its key. */
    default boolean valuesInKeys() {
        return false;
    }

    /** How weights are computed, and over which tokens. */
    Scores scores();

    /** How queries and keys are rotated; empty for a layer without positions. */
    Optional<Rope> rotation();

    /** Number of additional floats that a layer keeps of a sequence's last token, for a causal convolution for example. */
    default int stateWidth() {
        return 0;
    }
}
