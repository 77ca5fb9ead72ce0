package io.baseload.service.pull;

import java.time.Duration;

/** Tells all threads of a pull that it is over. */
final class Stop {
    private volatile boolean stopped;

    /** Thrown in a thread of a pull that is over. */
    static final class StoppedException extends RuntimeException {
        StoppedException() {
            super("stopped");
        }
    }

    void now() {
        stopped = true;
    }

    boolean isNow() {
        return stopped;
    }

    /** @throws StoppedException if it is over */
    void check() {
        if (stopped || Thread.currentThread().isInterrupted()) {
            throw new StoppedException();
        }
    }

    /** @throws StoppedException if it is over before the time has passed */
    void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toMillis(); left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                check();
                Thread.sleep(Math.min(left, 100));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        check();
    }
}
