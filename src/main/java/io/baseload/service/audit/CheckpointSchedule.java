package io.baseload.service.audit;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each minute, or as configured, records refused callers and takes a checkpoint, for the last time at shutdown; each hour, drops old segments. */
final class CheckpointSchedule implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointSchedule.class);

    private final Checkpoints checkpoints;
    private final AuditRetention retention;
    private final DeniedAccess denied;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("audit-checkpoints").daemon().factory());

    CheckpointSchedule(Checkpoints checkpoints, AuditRetention retention, DeniedAccess denied, Duration interval) {
        this.checkpoints = checkpoints;
        this.retention = retention;
        this.denied = denied;
        var _ = executor.scheduleWithFixedDelay(
                this::take, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        var _ = executor.scheduleWithFixedDelay(this::letGo, 2, 60, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
        executor.close();
        take();
    }

    private void take() {
        try {
            denied.write();
        } catch (RuntimeException e) {
            log.warn("Refused callers can't be recorded yet: {}", e.toString());
        }
        try {
            checkpoints.take();
        } catch (RuntimeException e) {
            log.warn("No audit checkpoint: {}", e.toString());
        }
    }

    private void letGo() {
        try {
            retention.apply();
        } catch (RuntimeException e) {
            log.error("Segments of the audit trail can't be archived now", e);
        }
    }
}
