package io.baseload.service.audit;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is known of the trail.
 *
 * @param entries entries of the trail, those of dropped segments included
 * @param head the hash of the last entry, in hexadecimal
 */
public record Verification(
        Integrity integrity, Completeness completeness, Round round, long entries, String head, Instant checkedAt) {
    /**
     * Is everything there as it was written?
     *
     * @param firstBadSeq the first entry that is changed, missing or contradicts a signed checkpoint
     * @param reason in words, if something is bad
     * @param checkpoints signed checkpoints that the trail was compared with in the last round
     * @param strangers keys that signed checkpoints which this home, being new, can't judge
     */
    public record Integrity(
            boolean ok, OptionalLong firstBadSeq, Optional<String> reason, long checkpoints, Set<String> strangers) {}

    /**
     * Has every answer that was begun an outcome, and exactly one?
     *
     * @param openIntents numbers of intents without an outcome, at most a thousand; those that still run do not spoil {@code ok}
     */
    public record Completeness(boolean ok, List<Long> openIntents) {}

    /**
     * How far the present round over the whole trail is; each verification goes on with it.
     *
     * @param walked entries of it so far; all of them if this verification has ended a round
     * @param of entries that it will cover
     * @param finishedAt when the last whole round ended
     */
    public record Round(long walked, long of, Optional<Instant> finishedAt) {}
}
