package io.baseload.service.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How recent the signatures of the trail and their external copies are.
 *
 * @param overdue whether no checkpoint has covered the end of the trail for too long
 */
public record Signing(Checkpoints.Status status, boolean overdue, List<Copy> copies) {
    /** The age of an overdue signature, as in the alert BaseloadAuditAnchorOld. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    /** If checkpoints are rarer than every few minutes, this many intervals are the limit. */
    private static final int MAX_INTERVALS = 3;

    /**
     * The checkpoints at an anchor or a witness.
     *
     * @param currentAt when it last had the latest checkpoint; the start of the process until it first has
     * @param overdue whether that is too long ago
     */
    public record Copy(String anchor, Instant currentAt, boolean overdue) {}

    /** @param interval how often a checkpoint is taken */
    static Signing at(Instant now, Checkpoints.Status status, List<AnchorStatus> anchors, Duration interval) {
        Duration several = interval.multipliedBy(MAX_INTERVALS);
        Instant oldest = now.minus(several.compareTo(MAX_AGE) > 0 ? several : MAX_AGE);
        return new Signing(
                status,
                status.currentAt().isBefore(oldest),
                anchors.stream()
                        .map(anchor ->
                                new Copy(anchor.name(), anchor.at(), anchor.at().isBefore(oldest)))
                        .toList());
    }
}
