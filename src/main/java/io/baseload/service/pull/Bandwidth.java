package io.baseload.service.pull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A limit in bytes per second, shared by all users. A user that took bytes waits until they are due; pauses don't accumulate. */
final class Bandwidth {
    private final long bytesPerSecond;
    private long free = System.nanoTime();

    /** @param bytesPerSecond 0 = no limit */
    Bandwidth(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Bytes to take at a time: those of a twentieth of a second, so that nobody waits long at once. */
    int portion(int most) {
        return bytesPerSecond == 0 ? most : (int) Math.clamp(bytesPerSecond / 20, 1024, most);
    }

    void take(int bytes) {
        if (bytesPerSecond == 0) {
            return;
        }
        long due = reserve(bytes);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.parkNanos(wait);
        }
    }

    private synchronized long reserve(int bytes) {
        free = Math.max(free, System.nanoTime()) + TimeUnit.SECONDS.toNanos(1) * bytes / bytesPerSecond;
        return free;
    }
}
