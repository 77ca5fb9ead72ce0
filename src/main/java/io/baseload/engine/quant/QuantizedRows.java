package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** Rows of a matrix widened to floats and encoded anew, when they are asked for. */
record QuantizedRows(ElementType type, RowSource source) implements RowSource {
    private static final int Q8_BLOCK = 32;
    private static final int MOST_Q8 = 127;

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
        switch (type) {
            case Q8_0 -> q8(x, encoded);
            case NF4_32, NF4_64 -> fourBits(Codes.NF4, x, encoded);
            case FP4_32, FP4_64 -> fourBits(Codes.FP4, x, encoded);
            default -> Plain.write(type, x, 0, x.length, encoded, 0);
        }
        return encoded;
    }

    private void fourBits(Codes kind, float[] x, MemorySegment encoded) {
        int size = type.blockSize();
        byte[] codes = new byte[size];
        for (int at = 0, to = 0; at < x.length; at += size, to += type.blockBytes()) {
            encoded.set(Little.FLOAT, to, Bnb4.of(kind).block(x, at, size, true, codes));
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
            float scale = most / MOST_Q8;
            float factor = scale == 0 ? 0 : 1 / scale;
            encoded.set(Little.SHORT, to, Float.floatToFloat16(scale));
            for (int i = 0; i < Q8_BLOCK; i++) {
                float scaled = x[at + i] * factor;
                encoded.set(Little.BYTE, to + Short.BYTES + i, (byte) (scaled + Math.copySign(0.5, scaled)));
            }
        }
    }
}
