package io.baseload.service.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The free space below the home, of which some is kept for the database: without it nothing can be reserved, so nothing is answered. Warns each minute while there is less. */
public final class DiskSpace implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);
    private static final long MEGABYTE = 1 << 20;

    private final Path folder;
    private final long reserve;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("disk-space").daemon().factory());

    /** @param reserve bytes to keep free */
    DiskSpace(Path folder, long reserve) {
        this.folder = folder;
        this.reserve = reserve;
        var unused = clock.scheduleWithFixedDelay(this::warn, 0, 1, TimeUnit.MINUTES);
    }

    /** @throws NotEnoughDiskException if less than the reserve would stay free */
    public void require(long bytes) {
        long free = free();
        if (free - bytes < reserve) {
            throw new NotEnoughDiskException(
                    "%d MB are needed on the home's disk; %d MB are free, and %d MB must stay free."
                            .formatted(bytes / MEGABYTE, free / MEGABYTE, reserve / MEGABYTE));
        }
    }

    private long free() {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be measured", e);
        }
    }

    private void warn() {
        try {
            if (free() < reserve) {
                log.warn("The disk of {} is almost full: {} MB are free", folder, free() / MEGABYTE);
            }
        } catch (UncheckedIOException e) {
            log.warn("The free disk space can't be measured: {}", e.toString());
        }
    }

    @Override
    public void close() {
        clock.close();
    }
}
