package io.baseload.service.inference;

import java.time.Duration;

/**
 * How long requests wait for the database.
 *
 * @param reservation until a request has its reservation; then it is refused
 * @param settlement until an ended answer is settled, or until the remaining limits are known for an answer without a reservation; after that it is delivered anyway
 */
record LedgerPatience(Duration reservation, Duration settlement) {
    private static final int LONGER_IF_KEPT = 10;

    /**
     * How long the end of an answer waits for its settlement.
     *
     * @param kept whether its text is kept; then it is delivered only once the text is stored
     */
    Duration settlement(boolean kept) {
        return kept ? settlement.multipliedBy(LONGER_IF_KEPT) : settlement;
    }
}
