package io.baseload.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pages of keys and values for some tokens of a sequence, in all layers. A page holds for each layer and KV head
 * {@code keys[headDim][pageTokens]} (lane = token) and then {@code values[pageTokens][headDim]}, all F32.
 */
public record KvPages(MemorySegment data, int pages, int layers, int kvHeads, int headDim) {
    /** Tokens of a page. */
    public static final int TOKENS = 32;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    public KvPages {
        if (data.byteSize() < pages * pageBytes(layers, kvHeads, headDim)) {
            throw new IllegalArgumentException(data.byteSize() + " bytes are too few for " + pages + " pages");
        }
    }

    /** Room for this many pages. */
    public static KvPages allocate(NativeMemory memory, int pages, int layers, int kvHeads, int headDim) {
        long bytes = Math.multiplyExact(pages, pageBytes(layers, kvHeads, headDim));
        return new KvPages(memory.allocate(bytes), pages, layers, kvHeads, headDim);
    }

    public static long pageBytes(int layers, int kvHeads, int headDim) {
        return 2L * Float.BYTES * TOKENS * headDim * layers * kvHeads;
    }

    /** Where a head's keys of a page begin, in bytes. */
    public long keys(int page, int layer, int kvHead) {
        return 2L * Float.BYTES * TOKENS * headDim * (((long) page * layers + layer) * kvHeads + kvHead);
    }

    /** Where a head's values of a page begin, in bytes. */
    public long values(int page, int layer, int kvHead) {
        return keys(page, layer, kvHead) + (long) Float.BYTES * TOKENS * headDim;
    }

    /** Stores a token's key and value: one row of k and v, in which the heads stand side by side. */
    public void store(int page, int layer, int slot, Rows k, Rows v, int row) {
        for (int head = 0; head < kvHeads; head++) {
            long keys = keys(page, layer, head) + (long) Float.BYTES * slot;
            int from = k.at(row) + head * headDim;
            for (int d = 0; d < headDim; d++) {
                data.set(FLOAT, keys + (long) Float.BYTES * TOKENS * d, k.data()[from + d]);
            }
            long values = values(page, layer, head) + (long) Float.BYTES * slot * headDim;
            MemorySegment.copy(v.data(), v.at(row) + head * headDim, data, FLOAT, values, headDim);
        }
    }
}
