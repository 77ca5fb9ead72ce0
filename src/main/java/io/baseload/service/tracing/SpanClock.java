package io.baseload.service.tracing;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Converts moments measured with {@link System#nanoTime} to the time of day.
 *
 * @param epoch nanoseconds since 1970
 * @param nanos the same moment by {@link System#nanoTime}
 */
record SpanClock(long epoch, long nanos) {
    static final TimeUnit UNIT = TimeUnit.NANOSECONDS;

    static SpanClock now() {
        var now = Instant.now();
        return new SpanClock(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano(), System.nanoTime());
    }

    long epochNanos(long moment) {
        return epoch + (moment - nanos);
    }
}
