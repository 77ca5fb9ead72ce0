package io.baseload.service.audit;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The result of verifying the trail.
 *
 * @param entries entries of the trail, including those of dropped segments
 * @param head the hash of the last entry, in hexadecimal
 */
public record Verification(
        Integrity integrity, Completeness completeness, Round round, long entries, String head, Instant checkedAt) {
    /**
     * Whether everything is as it was written.
     *
     * @param firstBadSeq the first entry that is changed, missing or contradicts a signed checkpoint
     * @param reason in words, if something is bad
     * @param checkpoints signed checkpoints with which the trail was compared in the last round
     * @param strangers keys that signed checkpoints which this home, being new, can't judge
     */
    public record Integrity(
            boolean ok, OptionalLong firstBadSeq, Optional<String> reason, long checkpoints, Set<String> strangers) {}

    /**
     * Whether every started answer has exactly one outcome.
     *
     * @param openIntents numbers of intents without an outcome, at most a thousand; those still running don't affect {@code ok}
     */
    public record Completeness(boolean ok, List<Long> openIntents) {}

    /**
     * The progress of the current round over the whole trail; each verification continues it.
     *
     * @param walked entries of it so far; all of them if this verification has completed a round
     * @param of entries that it will cover
     * @param finishedAt when the last complete round ended
     */
    public record Round(long walked, long of, Optional<Instant> finishedAt) {}
}
