package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Rows of a matrix that are widened to floats and quantized when they are requested. */
record QuantizedRows(ElementType type, RowSource source) implements RowSource {
    private static final int Q8_BLOCK = 32;
    private static final int MAX_Q8 = 127;

    private static final List<ElementType> TYPES =
            List.of(ElementType.Q8_0, ElementType.NF4_32, ElementType.NF4_64, ElementType.FP4_32, ElementType.FP4_64);

    /**
     * The rows of a matrix in the encoding for a packing.
     *
     * @throws IllegalArgumentException if rows can't be quantized to it
     */
    static RowSource of(RowSource source, Packing packing) {
        return TYPES.stream()
                .filter(type -> BlockPanels.holds(packing, type))
                .findFirst()
                .map(type -> new QuantizedRows(type, source))
                .orElseThrow(() -> new IllegalArgumentException(source.type() + " cannot become " + packing));
    }

    @Override
    public int rows() {
        return source.rows();
    }

    @Override
    public int cols() {
        return source.cols();
    }

    @Override
    public MemorySegment row(int row) {
        float[] x = new float[cols()];
        source.read(row, x, 0);
        MemorySegment encoded = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(x.length))]);
        if (type == ElementType.Q8_0) {
            q8(x, encoded);
        } else {
            fourBits(x, encoded);
        }
        return encoded;
    }

    private void fourBits(float[] x, MemorySegment encoded) {
        Bnb4 quantizer = Bnb4.of(BlockFormat.of(type).packing().codes());
        int size = type.blockSize();
        byte[] codes = new byte[size];
        for (int at = 0, to = 0; at < x.length; at += size, to += type.blockBytes()) {
            encoded.set(Little.FLOAT, to, quantizer.block(x, at, size, true, codes));
            for (int i = 0; i < size; i += 2) {
                encoded.set(Little.BYTE, to + Float.BYTES + i / 2, (byte) (codes[i] << 4 | codes[i + 1]));
            }
        }
    }

    /** As ggml's {@code quantize_row_q8_0_ref}: d = max|x| / 127, codes rounded to the nearest, halves away from zero. */
    private static void q8(float[] x, MemorySegment encoded) {
        for (int at = 0, to = 0; at < x.length; at += Q8_BLOCK, to += Short.BYTES + Q8_BLOCK) {
            float most = 0;
            for (int i = 0; i < Q8_BLOCK; i++) {
                most = Math.max(most, Math.abs(x[at + i]));
            }
            float scale = most / MAX_Q8;
            float factor = scale == 0 ? 0 : 1 / scale;
            encoded.set(Little.SHORT, to, Float.floatToFloat16(scale));
            for (int i = 0; i < Q8_BLOCK; i++) {
                float scaled = x[at + i] * factor;
                encoded.set(Little.BYTE, to + Short.BYTES + i, (byte) (scaled + Math.copySign(0.5, scaled)));
            }
        }
    }
}
