package io.baseload.engine.schedule;

import java.time.Duration;

/** How long a refused caller should wait: the time for the requests before it, estimated from the last generations. Thread-safe. */
final class RetryAfter {
    private static final double WEIGHT_OF_LAST = 0.2;
    private static final double MAX_SECONDS = 60;

    private final int places;
    private double meanSeconds = 1;

    /** @param places number of sequences that run at the same time */
    RetryAfter(int places) {
        this.places = places;
    }

    synchronized void note(long nanos) {
        meanSeconds += WEIGHT_OF_LAST * (nanos / 1e9 - meanSeconds);
    }

    /** An estimate between one second and one minute. */
    synchronized Duration estimate(int waiting) {
        double seconds = Math.ceil(meanSeconds * (waiting + 1) / places);
        return Duration.ofSeconds((long) Math.clamp(seconds, 1, MAX_SECONDS));
    }
}
