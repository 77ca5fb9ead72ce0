package io.baseload.service.quota;

import java.util.UUID;

/** What ends a reservation, and what that added to what the tenant has used. */
public record Settlement(UUID reservation, long promptTokens, long completionTokens, State state) {
    /** What becomes of the reservation. */
    public enum State {
        /** It pays for these tokens. */
        SETTLED,
        /** The request was never begun, and counts as none. */
        REFUSED,
        /** It was settled as lost before: the tokens are those that were not counted yet. */
        CORRECTED
    }
}
