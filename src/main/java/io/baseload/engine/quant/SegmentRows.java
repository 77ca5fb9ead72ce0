package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** Rows that are contiguous in memory. */
record SegmentRows(ElementType type, int rows, int cols, MemorySegment data) implements RowSource {

    SegmentRows {
        long bytes = Math.multiplyExact(type.bytes(cols), (long) rows);
        if (data.byteSize() != bytes) {
            throw new IllegalArgumentException("%d bytes are not %d × %d of %s, which takes %d"
                    .formatted(data.byteSize(), rows, cols, type, bytes));
        }
    }

    @Override
    public MemorySegment row(int row) {
        long bytes = type.bytes(cols);
        return data.asSlice(row * bytes, bytes);
    }
}
