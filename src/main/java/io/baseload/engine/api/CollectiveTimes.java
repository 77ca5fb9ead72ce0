package io.baseload.engine.api;

import java.util.Arrays;

/**
 * Nanoseconds of an operation in which workers wait for each other, as one of them saw it many times in a row.
 *
 * @param nanos in ascending order
 */
public record CollectiveTimes(long[] nanos) {
    public CollectiveTimes {
        nanos = nanos.clone();
        Arrays.sort(nanos);
    }

    /** What so many of a hundred take at most, in microseconds. */
    public double micros(int percent) {
        return nanos[(int) ((long) (nanos.length - 1) * percent / 100)] / 1e3;
    }
}
