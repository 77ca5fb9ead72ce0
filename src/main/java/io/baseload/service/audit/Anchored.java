package io.baseload.service.audit;

import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An anchor, and when it last took a checkpoint. An anchor that fails stops nothing: its age grows, and it is asked again. */
public final class Anchored {
    private static final Logger log = LoggerFactory.getLogger(Anchored.class);

    private final Anchor anchor;
    private volatile long size;
    private volatile Instant at;

    /** @param started what counts as the last time until there is one */
    Anchored(Anchor anchor, Instant started) {
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

    /** @return the checkpoint, with what the anchor added */
    Checkpoint keep(Checkpoint checkpoint, Anchor.History history) {
        try {
            Checkpoint kept = checkpoint.size() > size ? anchor.keep(checkpoint, history) : checkpoint;
            size = checkpoint.size();
            at = Instant.now();
            return kept;
        } catch (RuntimeException e) {
            log.warn(
                    "The audit anchor {} did not take the checkpoint of {} entries: {}",
                    name(),
                    checkpoint.size(),
                    e.toString());
            return checkpoint;
        }
    }
}
