package io.baseload.service.audit;

import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a walk over the whole trail found.
 *
 * @param entries entries in the trail
 * @param head the hash of the last entry, in hexadecimal
 */
public record Verification(
        Integrity integrity, Completeness completeness, long entries, String head, Instant checkedAt) {
    /**
     * Is everything there as it was written?
     *
     * @param firstBadSeq the first entry that is changed, missing or contradicts a signed checkpoint
     * @param checkpoints signed checkpoints that the trail was compared with
     */
    public record Integrity(boolean ok, OptionalLong firstBadSeq, int checkpoints) {}

    /**
     * Has every answer that was begun an outcome, and exactly one?
     *
     * @param openIntents numbers of intents without an outcome; those that still run do not spoil {@code ok}
     */
    public record Completeness(boolean ok, List<Long> openIntents) {}
}
