package io.baseload.engine.api;

import java.util.Arrays;

/**
 * Durations of an operation in which workers wait for each other, measured by one of them many times in a row.
 *
 * @param nanos in ascending order
 */
public record CollectiveTimes(long[] nanos) {
    public CollectiveTimes {
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /** The given percentile, in microseconds. */
    public double micros(int percent) {
        return nanos[(int) ((long) (nanos.length - 1) * percent / 100)] / 1e3;
    }
}
