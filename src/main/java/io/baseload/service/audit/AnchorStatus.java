package io.baseload.service.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An anchor, and the time when it last accepted a checkpoint. A failing anchor stops nothing: its age grows, and it is tried again. */
public final class AnchorStatus {
    private static final Logger log = LoggerFactory.getLogger(AnchorStatus.class);

    private final Anchor anchor;
    private final ReentrantLock call = new ReentrantLock();
    private volatile long size;
    private volatile Instant at;

    /** @param started counts as the last time until there is one */
    AnchorStatus(Anchor anchor, Instant started) {
        this.anchor = anchor;
        this.at = started;
    }

    public String name() {
        return anchor.name();
    }

    /** When the anchor last held the latest checkpoint. */
    public Instant at() {
        return at;
    }

    Optional<CheckpointFile> file() {
        return anchor instanceof CheckpointFile file ? Optional.of(file) : Optional.empty();
    }

    /**
     * Calls the anchor after all earlier calls, until the thread is interrupted.
     *
     * @return the checkpoint, with the anchor's additions
     */
    Checkpoint keep(Checkpoint checkpoint, Anchor.History history) {
        try {
            call.lockInterruptibly();
            try {
                Checkpoint kept = checkpoint.size() > size ? anchor.keep(checkpoint, history) : checkpoint;
                size = Math.max(size, checkpoint.size());
                at = Instant.now();
                return kept;
            } finally {
                call.unlock();
            }
        } catch (InterruptedException | RuntimeException e) {
            log.warn(
                    "The audit anchor {} did not take the checkpoint of {} entries: {}",
                    name(),
                    checkpoint.size(),
                    e.toString());
            return checkpoint;
        }
    }
}
