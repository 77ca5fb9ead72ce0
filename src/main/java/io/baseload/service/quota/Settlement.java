package io.baseload.service.quota;

import java.util.UUID;

/**
 * The end of a reservation, and its addition to the tenant's usage.
 *
 * @param cachedTokens of the prompt tokens, those found in the cache
 */
public record Settlement(UUID reservation, long promptTokens, long cachedTokens, long completionTokens, State state) {
    /** How the reservation ends. */
    public enum State {
        /** It pays for these tokens. */
        SETTLED,
        /** The request never started, or failed at no cost, and doesn't count. */
        REFUSED,
        /** It was settled as lost before: the tokens are those that were not counted yet. */
        CORRECTED
    }

    /** For a prompt that was computed completely. */
    public Settlement(UUID reservation, long promptTokens, long completionTokens, State state) {
        this(reservation, promptTokens, 0, completionTokens, state);
    }
}
