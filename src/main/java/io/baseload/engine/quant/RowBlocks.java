package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.f32;
import static io.baseload.engine.quant.Little.u8;

/** This project's encodings of rows that checkpoints store in several tensors. */
final class RowBlocks {
    private RowBlocks() {}

    /** A scale, then codes in bitsandbytes' order: the first of two in the high nibble. */
    static BlockFormat.Reader highFirst(int count) {
        return (source, at, to) -> {
            to.scales[0] = f32(source, at);
            for (int i = 0; i < count; i += 2) {
                int pair = u8(source, at + 4 + i / 2);
                to.codes[i] = (byte) (pair >> 4);
                to.codes[i + 1] = (byte) (pair & 15);
            }
        };
    }

    /** A scale, a minimum, then codes, the first of two in the low nibble. */
    static BlockFormat.Reader affine(int count) {
        return (source, at, to) -> {
            to.scales[0] = f32(source, at);
            to.minimums[0] = f32(source, at + 4);
            for (int i = 0; i < count; i += 2) {
                int pair = u8(source, at + 8 + i / 2);
                to.codes[i] = (byte) (pair & 15);
                to.codes[i + 1] = (byte) (pair >> 4);
            }
        };
    }

    /** A scale, then bytes. */
    static BlockFormat.Reader bytes(int count) {
        return (source, at, to) -> {
            to.scales[0] = f32(source, at);
            for (int i = 0; i < count; i++) {
                to.codes[i] = (byte) u8(source, at + 4 + i);
            }
        };
    }
}
