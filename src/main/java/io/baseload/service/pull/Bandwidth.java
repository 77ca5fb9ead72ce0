package io.baseload.service.pull;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** So many bytes a second for all who share it. Whoever took some waits until they are due; a pause earns nothing. */
final class Bandwidth {
    private final long bytesPerSecond;
    private long free = System.nanoTime();

    /** @param bytesPerSecond 0 = without a limit */
    Bandwidth(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Bytes that should be taken at a time: a twentieth of a second's, so that nobody waits long at once. */
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
