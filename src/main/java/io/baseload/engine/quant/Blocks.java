package io.baseload.engine.quant;

import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/** The definition of each encoding: bytes to floats, bit for bit as ggml's {@code dequantize_row_*} and bitsandbytes' dequantization. */
public final class Blocks {
    private Blocks() {}

    /**
     * Widens consecutive elements.
     *
     * @param offset where the first block begins, in bytes
     * @param count a multiple of the type's block size
     */
    public static void dequantize(ElementType type, MemorySegment source, long offset, int count, float[] out, int at) {
        if (type.blockSize() == 1) {
            for (int i = 0; i < count; i++) {
                out[at + i] = Plain.read(type, source, offset + (long) i * type.blockBytes());
            }
            return;
        }
        BlockFormat format = BlockFormat.of(type);
        UnpackedBlock block = new UnpackedBlock();
        for (int i = 0; i < count; i += type.blockSize()) {
            format.reader().read(source, offset + (long) i / type.blockSize() * type.blockBytes(), block);
            format.widen(block, type.blockSize(), out, at + i);
        }
    }
}
