package io.baseload.service.batch;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Erases expired files and batches every ten minutes. */
final class FileSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileSweeper.class);

    private final FileStore files;
    private final Batches batches;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("file-expiry").daemon().factory());

    FileSweeper(FileStore files, Batches batches) {
        this.files = files;
        this.batches = batches;
        var unused = clock.scheduleWithFixedDelay(this::sweep, 1, 10, TimeUnit.MINUTES);
    }

    /** Batches are erased even if files can't be. */
    void sweep() {
        attempt("files", files::expire);
        attempt("batches", batches::expire);
    }

    private static void attempt(String what, Runnable expire) {
        try {
            expire.run();
        } catch (RuntimeException e) {
            LOG.warn("Expired {} can't be erased now: {}", what, e.toString());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
