package io.baseload.engine.kernel;

import io.baseload.engine.tensor.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Parts of rows whose tokens several workers share, until they are added up. A worker begins at most one row that others continue, so there is a slot for each worker but the last. The
 * operating system provides memory only for the part that is used.
 */
public final class AttentionParts {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    private final MemorySegment data;
    private final int spans;
    private final int valueDim;

    private AttentionParts(MemorySegment data, int spans, int valueDim) {
        this.data = data;
        this.spans = spans;
        this.valueDim = valueDim;
    }

    /**
     * @param tokens the largest number of tokens of a sequence
     * @param valueDim the width of a value
     */
    public static AttentionParts allocate(NativeMemory memory, int workers, int tokens, int valueDim) {
        return new AttentionParts(memory.allocate(nativeBytes(workers, tokens, valueDim)), spans(tokens), valueDim);
    }

    /** Memory outside the heap that {@link #allocate} needs, in bytes. */
    public static long nativeBytes(int workers, int tokens, int valueDim) {
        return (workers - 1L) * spans(tokens) * bytes(valueDim);
    }

    private static int spans(int tokens) {
        return Math.ceilDiv(tokens, Attention.SPAN);
    }

    /** Size of a span's part: for each query the largest score, the sum and the weighted values. */
    private static long bytes(int valueDim) {
        return (long) Float.BYTES * Attention.MAX_HEADS * (valueDim + 2);
    }

    private long at(int slot, int span) {
        return ((long) slot * spans + span) * bytes(valueDim);
    }

    void keep(int slot, int span, int queries, AttentionPart part) {
        long at = at(slot, span);
        MemorySegment.copy(part.maxima, 0, data, FLOAT, at, queries);
        MemorySegment.copy(part.sums, 0, data, FLOAT, at + (long) Float.BYTES * queries, queries);
        MemorySegment.copy(part.mixed, 0, data, FLOAT, at + 2L * Float.BYTES * queries, queries * valueDim);
    }

    void load(int slot, int span, int queries, AttentionPart part) {
        long at = at(slot, span);
        MemorySegment.copy(data, FLOAT, at, part.maxima, 0, queries);
        MemorySegment.copy(data, FLOAT, at + (long) Float.BYTES * queries, part.sums, 0, queries);
        MemorySegment.copy(data, FLOAT, at + 2L * Float.BYTES * queries, part.mixed, 0, queries * valueDim);
    }
}
