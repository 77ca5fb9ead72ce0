package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * MXFP4 in the form of gpt-oss's checkpoints: scales separate from the codes, and two neighbouring elements in a byte, the first in the low half. Rows are returned in ggml's blocks, which
 * contain the same bits in another order.
 *
 * @param blocks {@code [rows, cols / 32, 16]} bytes
 * @param scales {@code [rows, cols / 32]} bytes
 */
record Mxfp4Rows(MemorySegment blocks, MemorySegment scales, int rows, int cols) implements RowSource {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int HALF = 16;

    Mxfp4Rows {
        long count = (long) rows * (cols / (2 * HALF));
        if (cols % (2 * HALF) != 0 || blocks.byteSize() != HALF * count || scales.byteSize() != count) {
            throw new IllegalArgumentException("no MXFP4 matrix of " + rows + " × " + cols + " in " + blocks.byteSize()
                    + " and " + scales.byteSize() + " bytes");
        }
    }

    @Override
    public ElementType type() {
        return ElementType.MXFP4;
    }

    @Override
    public MemorySegment row(int row) {
        int count = cols / (2 * HALF);
        byte[] encoded = new byte[count * (1 + HALF)];
        for (int i = 0; i < count; i++) {
            long block = (long) row * count + i;
            int to = i * (1 + HALF);
            encoded[to] = scales.get(BYTE, block);
            for (int j = 0; j < HALF; j++) {
                encoded[to + 1 + j] = (byte) (code(block, j) | code(block, j + HALF) << 4);
            }
        }
        return MemorySegment.ofArray(encoded);
    }

    private int code(long block, int element) {
        return blocks.get(BYTE, block * HALF + element / 2) >> element % 2 * 4 & 15;
    }
}
