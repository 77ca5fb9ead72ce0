package io.baseload.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Fetches what a kernel is about to read, one load for each cache line. Loads that wait for memory side by side are worth more than a loop that computes while it
 * waits: few of that loop's iterations are under way at a time.
 */
final class ReadAhead {
    /** The most that is fetched at once: it must find room in L2. */
    static final int BYTES = 1 << 18;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int LINE = 64;

    private ReadAhead() {}

    /** Does nothing for more than {@link #BYTES}. */
    static void fetch(MemorySegment data, long at, long bytes, Scratch scratch) {
        if (bytes <= BYTES) {
            scratch.fetched = sumOfLines(data, at, (int) bytes);
        }
    }

    /** A sum, because the compiler leaves out loads that nobody needs. */
    private static float sumOfLines(MemorySegment data, long at, int bytes) {
        float sum = 0;
        for (int i = 0; i <= bytes - Float.BYTES; i += LINE) {
            sum += data.get(FLOAT, at + i);
        }
        return sum;
    }
}
