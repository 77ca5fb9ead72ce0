package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The definition of each number format: blocks of bytes to floats, bit for bit as ggml's {@code dequantize_row_*}. */
public final class Blocks {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Blocks() {}

    /**
     * Widens consecutive elements.
     *
     * @param offset where the first block begins, in bytes
     * @param count a multiple of the type's block size
     */
    public static void dequantize(ElementType type, MemorySegment source, long offset, int count, float[] out, int at) {
        int size = type.blockSize();
        for (int i = 0; i < count; i += size) {
            block(type, source, offset + (long) i / size * type.blockBytes(), out, at + i);
        }
    }

    private static void block(ElementType type, MemorySegment source, long offset, float[] out, int at) {
        switch (type) {
            case Q8_0 -> q8(source, offset, out, at);
            case Q4_0 -> q4(source, offset, out, at);
            case Q4_1 -> q4WithMinimum(source, offset, out, at);
            default -> out[at] = Plain.read(type, source, offset);
        }
    }

    private static void q8(MemorySegment source, long offset, float[] out, int at) {
        float scale = half(source, offset);
        for (int i = 0; i < 32; i++) {
            out[at + i] = scale * source.get(BYTE, offset + 2 + i);
        }
    }

    private static void q4(MemorySegment source, long offset, float[] out, int at) {
        float scale = half(source, offset);
        for (int i = 0; i < 32; i++) {
            out[at + i] = scale * (nibble(source, offset + 2, i) - 8);
        }
    }

    private static void q4WithMinimum(MemorySegment source, long offset, float[] out, int at) {
        float scale = half(source, offset);
        float minimum = half(source, offset + 2);
        for (int i = 0; i < 32; i++) {
            out[at + i] = scale * nibble(source, offset + 4, i) + minimum;
        }
    }

    /** A block's low nibbles are its first 16 elements, the high ones its last 16. */
    static int nibble(MemorySegment source, long codes, int i) {
        return source.get(BYTE, codes + i % 16) >> (i / 16 * 4) & 15;
    }

    private static float half(MemorySegment source, long offset) {
        return Float.float16ToFloat(source.get(SHORT, offset));
    }
}
