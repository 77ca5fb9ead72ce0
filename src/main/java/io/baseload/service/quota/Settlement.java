package io.baseload.service.quota;

import java.util.UUID;

/**
 * What ends a reservation, and what that added to what the tenant has used.
 *
 * @param cachedTokens of the prompt tokens, those that an earlier request had computed
 */
public record Settlement(UUID reservation, long promptTokens, long cachedTokens, long completionTokens, State state) {
    /** What becomes of the reservation. */
    public enum State {
        /** It pays for these tokens. */
        SETTLED,
        /** The request was never begun, and counts as none. */
        REFUSED,
        /** It was settled as lost before: the tokens are those that were not counted yet. */
        CORRECTED
    }

    /** Of a prompt that was computed as a whole. */
    public Settlement(UUID reservation, long promptTokens, long completionTokens, State state) {
        this(reservation, promptTokens, 0, completionTokens, state);
    }
}
