package io.baseload.service.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * A long-running operation on a model.
 *
 * @param progress from 0 to 1
 * @param error why it failed
 */
@Table("job")
public record Job(
        @Id String id,
        Kind kind,
        String model,
        State state,
        double progress,
        String message,
        @Nullable String error,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    public enum Kind {
        IMPORT,
        LOAD,
        UNLOAD,
        /** A name gets a model, which is loaded first. */
        ALIAS,
        /** A model is downloaded, then imported. */
        PULL
    }

    public enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        /** Whether nothing more will happen. */
        public boolean last() {
            return compareTo(SUCCEEDED) >= 0;
        }
    }

    static Job queued(String id, Kind kind, String model) {
        return new Job(id, kind, model, State.QUEUED, 0, "queued", null, Instant.now(), null);
    }

    Job running(double progress, String message) {
        return new Job(id, kind, model, State.RUNNING, progress, message, null, createdAt, null);
    }

    Job ended(State state, String message) {
        double reached = state == State.SUCCEEDED ? 1 : progress;
        String why = state == State.FAILED ? message : null;
        return new Job(id, kind, model, state, reached, message, why, createdAt, Instant.now());
    }
}
