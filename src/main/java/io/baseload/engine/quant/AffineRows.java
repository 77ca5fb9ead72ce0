package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Rows of 4-bit codes with a scale and a zero for each group of columns, w = scale · (code − zero): GPTQ and AWQ pack them in different ways. If the groups are runs of 32, 64 or 128
 * columns, codes are kept; otherwise each weight is widened.
 */
record AffineRows(ElementType type, int rows, int cols, int group, Packed packed) implements RowSource {
    private static final List<ElementType> TYPES = List.of(ElementType.U4_128, ElementType.U4_64, ElementType.U4_32);

    /** A checkpoint's numbers by output and input, or output and group. */
    interface Packed {
        int code(int output, int input);

        int zero(int output, int group);

        float scale(int output, int group);
    }

    /** Whether a scale of this type times a zero is exact in a float. */
    static boolean exact(ElementType scales) {
        return scales == ElementType.F16 || scales == ElementType.BF16;
    }

    /**
     * Rows whose groups are {@code group} consecutive columns.
     *
     * @param exact whether scale · zero is exact
     */
    static RowSource of(int rows, int cols, int group, boolean exact, Packed packed) {
        Optional<ElementType> type = TYPES.stream()
                .filter(candidate -> cols % candidate.blockSize() == 0 && group % candidate.blockSize() == 0)
                .findFirst();
        if (type.isPresent() && exact) {
            return new AffineRows(type.get(), rows, cols, group, packed);
        }
        int[] groups = new int[cols];
        for (int column = 0; column < cols; column++) {
            groups[column] = column / group;
        }
        return scattered(rows, groups, packed);
    }

    /** Rows with a given group for each column. */
    static RowSource scattered(int rows, int[] groups, Packed packed) {
        return RowSource.floats(ElementType.F32, rows, groups.length, (row, out) -> {
            for (int column = 0; column < out.length; column++) {
                int code = packed.code(row, column) - packed.zero(row, groups[column]);
                out[column] = packed.scale(row, groups[column]) * code;
            }
        });
    }

    @Override
    public MemorySegment row(int row) {
        MemorySegment encoded = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(cols))]);
        int size = type.blockSize();
        for (int column = 0, to = 0; column < cols; column += size, to += type.blockBytes()) {
            float scale = packed.scale(row, column / group);
            encoded.set(Little.FLOAT, to, scale);
            encoded.set(Little.FLOAT, to + 4, -scale * packed.zero(row, column / group));
            for (int i = 0; i < size; i += 2) {
                int pair = packed.code(row, column + i) | packed.code(row, column + i + 1) << 4;
                encoded.set(Little.BYTE, to + 8 + i / 2, (byte) pair);
            }
        }
        return encoded;
    }
}
