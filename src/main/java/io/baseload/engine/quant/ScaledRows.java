package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A matrix of numbers that are multiplied by a scale for each tile of some rows and columns (DeepSeek-V3's {@code weight_scale_inv}), or one for all.
 *
 * @param tileRows rows that share a scale
 * @param tileCols columns that share a scale
 * @param scales {@code [tiles down, tiles across]}; tiles at the edges may be partial
 */
record ScaledRows(ElementType type, RowSource weight, int tileRows, int tileCols, RowSource scales)
        implements RowSource {
    private static final List<ElementType> TYPES =
            List.of(ElementType.F8_E4M3_128, ElementType.F8_E4M3_64, ElementType.F8_E4M3_32);

    /** See {@link RowSource#scaled}. */
    static RowSource of(RowSource weight, int tileRows, int tileCols, RowSource scales) {
        if (Math.ceilDiv(weight.rows(), tileRows) != scales.rows()
                || Math.ceilDiv(weight.cols(), tileCols) != scales.cols()) {
            throw new IllegalArgumentException("%s in tiles of %d × %d cannot have scales %s"
                    .formatted(Gptq.shape(weight), tileRows, tileCols, Gptq.shape(scales)));
        }
        boolean oneAcross = scales.cols() == 1;
        return TYPES.stream()
                .filter(type -> weight.type() == ElementType.F8_E4M3)
                .filter(type -> weight.cols() % type.blockSize() == 0)
                .filter(type -> oneAcross || tileCols % type.blockSize() == 0)
                .findFirst()
                .<RowSource>map(type -> new ScaledRows(type, weight, tileRows, tileCols, scales))
                .orElseGet(() -> floats(weight, tileRows, tileCols, scales));
    }

    /** If tiles begin at a column that no encoding of rows supports, each element is widened. */
    private static RowSource floats(RowSource weight, int tileRows, int tileCols, RowSource scales) {
        return RowSource.floats(ElementType.F32, weight.rows(), weight.cols(), (row, out) -> {
            float[] factors = new float[scales.cols()];
            scales.read(row / tileRows, factors, 0);
            weight.read(row, out, 0);
            for (int column = 0; column < out.length; column++) {
                out[column] *= factors[column / tileCols];
            }
        });
    }

    @Override
    public int rows() {
        return weight.rows();
    }

    @Override
    public int cols() {
        return weight.cols();
    }

    @Override
    public MemorySegment row(int row) {
        float[] factors = new float[scales.cols()];
        scales.read(row / tileRows, factors, 0);
        MemorySegment codes = weight.row(row);
        MemorySegment encoded = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(cols()))]);
        int size = type.blockSize();
        for (int column = 0, to = 0; column < cols(); column += size, to += type.blockBytes()) {
            encoded.set(Little.FLOAT, to, factors[column / tileCols]);
            MemorySegment.copy(codes, column, encoded, to + Float.BYTES, size);
        }
        return encoded;
    }
}
