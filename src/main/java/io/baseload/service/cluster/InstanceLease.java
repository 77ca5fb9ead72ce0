package io.baseload.service.cluster;

import java.util.UUID;

/**
 * The right of a process to hold reservations and jobs, for as long as it renews it. Measured here from before each renewal was asked for, by
 * {@link System#nanoTime}: it ends in the process before it ends in the database, so that nothing runs here which others have settled as lost.
 */
public final class InstanceLease {
    private final UUID instance;
    private volatile long end;

    InstanceLease(UUID instance, long end) {
        this.instance = instance;
        this.end = end;
    }

    /** Under which the process has its row. */
    public UUID instance() {
        return instance;
    }

    public boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    void renewed(long newEnd) {
        end = newEnd;
    }

    /** Others have taken it for dead. */
    void lost() {
        end = System.nanoTime();
    }
}
