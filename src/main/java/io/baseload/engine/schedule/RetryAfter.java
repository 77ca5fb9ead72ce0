package io.baseload.engine.schedule;

import java.time.Duration;

/** When it makes sense to ask again: as long as those before would take, at the pace of the last generations. Guards itself. */
final class RetryAfter {
    private static final double WEIGHT_OF_LAST = 0.2;
    private static final double MAX_SECONDS = 60;

    private final int places;
    private double meanSeconds = 1;

    /** @param places sequences that run at the same time */
    RetryAfter(int places) {
        this.places = places;
    }

    synchronized void note(long nanos) {
        meanSeconds += WEIGHT_OF_LAST * (nanos / 1e9 - meanSeconds);
    }

    /** From one second to a minute. */
    synchronized Duration estimate(int waiting) {
        double seconds = Math.ceil(meanSeconds * (waiting + 1) / places);
        return Duration.ofSeconds((long) Math.clamp(seconds, 1, MAX_SECONDS));
    }
}
