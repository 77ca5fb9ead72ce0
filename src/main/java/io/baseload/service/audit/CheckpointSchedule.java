package io.baseload.service.audit;

import io.baseload.service.database.Schedule;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each minute, or as configured, records refused callers and takes a checkpoint, for the last time at shutdown; each hour, drops old segments, on another thread. */
final class CheckpointSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointSchedule.class);
    private static final String NO_CHECKPOINT = "No audit checkpoint";
    private static final String NOT_ARCHIVED = "Segments of the audit trail can't be archived now";

    private final Checkpoints checkpoints;
    private final AuditRetention retention;
    private final DeniedAccess denied;
    private final Schedule schedule = new Schedule("audit-checkpoints");
    /** Takes long for a large segment, and while somebody reads the trail. */
    private final Schedule archiving = new Schedule("audit-archive");

    CheckpointSchedule(Checkpoints checkpoints, AuditRetention retention, DeniedAccess denied, Duration interval) {
        this.checkpoints = checkpoints;
        this.retention = retention;
        this.denied = denied;
        schedule.repeat(interval, interval, NO_CHECKPOINT, this::take);
        archiving.repeat(Duration.ofHours(1), Duration.ofHours(1), NOT_ARCHIVED, this::letGo);
    }

    @Override
    public void close() {
        archiving.shutdownNow(); // the next process begins again with the segment
        checkpoints.end();
        schedule.close();
        Schedule.attempt(NO_CHECKPOINT, this::take);
    }

    private void take() {
        Schedule.attempt("Refused callers can't be recorded yet", denied::write);
        checkpoints.take();
    }

    private void letGo() {
        try {
            retention.apply();
        } catch (RuntimeException e) {
            log.error(NOT_ARCHIVED, e);
        }
    }
}
