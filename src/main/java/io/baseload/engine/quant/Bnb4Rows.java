package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A matrix that bitsandbytes quantized to 4 bits, whose blocks run over all elements. A row's codes are copied unchanged, each run of 32, 64 or 128 with the scale of its block.
 */
record Bnb4Rows(ElementType type, int rows, int cols, int blockSize, MemorySegment packed, float[] absmax)
        implements RowSource {
    private static final List<ElementType> NF4 = List.of(ElementType.NF4_128, ElementType.NF4_64, ElementType.NF4_32);
    private static final List<ElementType> FP4 = List.of(ElementType.FP4_128, ElementType.FP4_64, ElementType.FP4_32);

    /** See {@link RowSource#bnb4}. */
    static RowSource of(Codes kind, int rows, int cols, int blockSize, MemorySegment packed, float[] absmax) {
        long elements = Math.multiplyExact((long) rows, cols);
        if (packed.byteSize() != (elements + 1) / 2 || absmax.length != Math.ceilDiv(elements, blockSize)) {
            throw new IllegalArgumentException("%d bytes and %d scales are not %d × %d in blocks of %d"
                    .formatted(packed.byteSize(), absmax.length, rows, cols, blockSize));
        }
        return (kind == Codes.NF4 ? NF4 : FP4)
                .stream()
                        .filter(type -> cols % type.blockSize() == 0 && blockSize % type.blockSize() == 0)
                        .findFirst()
                        .<RowSource>map(type -> new Bnb4Rows(type, rows, cols, blockSize, packed, absmax))
                        .orElseGet(() -> floats(kind, rows, cols, blockSize, packed, absmax));
    }

    /** If blocks begin inside a row at a place that no encoding of rows supports, each element is widened: the same numbers in more memory. */
    private static RowSource floats(
            Codes kind, int rows, int cols, int blockSize, MemorySegment packed, float[] absmax) {
        float[] table = Codebook.of(kind);
        return RowSource.floats(ElementType.F32, rows, cols, (row, out) -> {
            for (int column = 0; column < cols; column++) {
                long i = (long) row * cols + column;
                int pair = Little.u8(packed, i / 2);
                out[column] = table[i % 2 == 0 ? pair >> 4 : pair & 15] * absmax[(int) (i / blockSize)];
            }
        });
    }

    @Override
    public MemorySegment row(int row) {
        MemorySegment encoded = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(cols))]);
        int size = type.blockSize();
        for (int column = 0, to = 0; column < cols; column += size, to += type.blockBytes()) {
            long i = (long) row * cols + column;
            encoded.set(Little.FLOAT, to, absmax[(int) (i / blockSize)]);
            MemorySegment.copy(packed, i / 2, encoded, to + Float.BYTES, size / 2);
        }
        return encoded;
    }
}
