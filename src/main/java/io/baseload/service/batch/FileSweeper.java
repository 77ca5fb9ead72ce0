package io.baseload.service.batch;

import io.baseload.service.database.Schedule;
import java.time.Duration;

/** Erases expired files and batches every ten minutes, for the first time after an hour: a clock that was wrong at boot is corrected by then. */
final class FileSweeper implements AutoCloseable {
    private final FileStore files;
    private final Batches batches;
    private final Schedule schedule = new Schedule("file-expiry");

    FileSweeper(FileStore files, Batches batches) {
        this.files = files;
        this.batches = batches;
        schedule.repeat(
                Duration.ofHours(1),
                Duration.ofMinutes(10),
                "Expired files and batches can't be erased now",
                this::sweep);
    }

    /** Batches are erased even if files can't be. */
    void sweep() {
        Schedule.attempt("Expired files can't be erased now", files::expire);
        Schedule.attempt("Expired batches can't be erased now", batches::expire);
    }

    @Override
    public void close() {
        schedule.shutdownNow();
    }
}
