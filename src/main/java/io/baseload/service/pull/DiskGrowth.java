package io.baseload.service.pull;

/** Disk space for bytes whose number is not known before they are written: the free space is checked before each further 16 MB. Thread-safe. */
final class DiskGrowth {
    static final long STEP = 16L << 20;

    private final Puller.Space space;
    private long written;
    private long allowed;

    DiskGrowth(Puller.Space space) {
        this.space = space;
    }

    /**
     * Throws if the disk has no room.
     *
     * @param bytes negative if they were discarded
     */
    synchronized void add(long bytes) {
        written += bytes;
        while (written > allowed) {
            space.require(STEP, 0);
            allowed += STEP;
        }
    }
}
