package io.baseload.engine.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Fetches memory that a kernel is about to read, one load for each cache line. Many loads that wait at the same time are faster than a loop that computes while it waits, because only few
 * iterations of that loop are in flight at a time.
 */
final class CachePrefetch {
    /** The most bytes fetched at once: they must fit in L2. */
    static final int MAX_BYTES = 1 << 18;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int LINE = 64;

    private CachePrefetch() {}

    /** Does nothing for more than {@link #MAX_BYTES}. */
    static void fetch(MemorySegment data, long at, long bytes, Scratch scratch) {
        if (bytes <= MAX_BYTES) {
            scratch.fetched = sumOfLines(data, at, (int) bytes);
        }
    }

    /** A sum, because the compiler would omit loads whose results are not used. */
    private static float sumOfLines(MemorySegment data, long at, int bytes) {
        float sum = 0;
        for (int i = 0; i <= bytes - Float.BYTES; i += LINE) {
            sum += data.get(FLOAT, at + i);
        }
        return sum;
    }
}
