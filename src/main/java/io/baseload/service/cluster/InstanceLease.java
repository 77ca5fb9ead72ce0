package io.baseload.service.cluster;

import java.util.UUID;

/**
 * The right of a process to hold reservations and jobs, for as long as it renews it. Measured here from before each renewal, with {@link System#nanoTime}: it ends in the process
 * before it ends in the database, so that nothing runs here that others have settled as lost.
 */
public final class InstanceLease {
    private final UUID instance;
    private volatile long end;

    InstanceLease(UUID instance, long end) {
        this.instance = instance;
        this.end = end;
    }

    /** The id of the process's row. */
    public UUID instance() {
        return instance;
    }

    public boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    void renewed(long newEnd) {
        end = newEnd;
    }

    /** Others have declared it dead. */
    void lost() {
        end = System.nanoTime();
    }
}
