package io.baseload.service.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The free space of the disks below the home: its folders may be mounts of their own. Some is kept free, on the home's disk for the database: without it nothing can be reserved, so
 * nothing is answered. Warns each minute while there is less.
 */
public final class DiskSpace implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);
    private static final long MEGABYTE = 1 << 20;

    private final List<Path> watched = new CopyOnWriteArrayList<>();
    private final long reserve;
    private final Schedule schedule = new Schedule("disk-space");

    /** @param reserve bytes to keep free */
    DiskSpace(Path home, long reserve) {
        this.watched.add(home);
        this.reserve = reserve;
        schedule.repeat(Duration.ZERO, Duration.ofMinutes(1), "The free disk space can't be measured", this::warn);
    }

    /** From now on its disk is watched too. */
    public void watch(Path folder) {
        watched.add(folder);
    }

    /** A folder on each of the disks; of the home's disk it is the home. */
    public List<Path> disks() {
        return byDisk(watched).stream().map(List::getFirst).toList();
    }

    /** Bytes to keep free on each disk. */
    public long reserve() {
        return reserve;
    }

    /** Bytes that are free on the folder's disk. */
    public static long free(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be measured", e);
        }
    }

    /** @throws NotEnoughDiskException if less than the reserve would stay free on the folder's disk */
    public void require(Path folder, long bytes) {
        require(Map.of(folder, bytes));
    }

    /**
     * For folders that may be on the same disk.
     *
     * @param needed bytes by folder
     * @throws NotEnoughDiskException if less than the reserve would stay free on one of the disks
     */
    public void require(Map<Path, Long> needed) {
        for (List<Path> folders : byDisk(needed.keySet())) {
            long bytes = folders.stream().mapToLong(needed::get).sum();
            long free = free(folders.getFirst());
            if (free - bytes < reserve) {
                throw new NotEnoughDiskException(
                        "%d MB are needed on the disk of %s; %d MB are free, and %d MB must stay free."
                                .formatted(bytes / MEGABYTE, names(folders), free / MEGABYTE, reserve / MEGABYTE));
            }
        }
    }

    private static String names(List<Path> folders) {
        return folders.stream()
                .map(folder -> "'" + folder.getFileName() + "'")
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    /** The same disk may be mounted twice, so its mounts don't tell. */
    private static Collection<List<Path>> byDisk(Collection<Path> folders) {
        return folders.stream().collect(Collectors.groupingBy(DiskSpace::disk)).values();
    }

    private static Object disk(Path folder) {
        try {
            return Files.getAttribute(folder, "unix:dev");
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be measured", e);
        }
    }

    private void warn() {
        for (Path folder : disks()) {
            if (free(folder) < reserve) {
                log.warn("The disk of {} is almost full: {} MB are free", folder, free(folder) / MEGABYTE);
            }
        }
    }

    @Override
    public void close() {
        schedule.close();
    }
}
