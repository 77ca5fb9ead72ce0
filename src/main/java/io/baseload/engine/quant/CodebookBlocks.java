package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.u16;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/** ggml's 4-bit formats with codes of a table. */
final class CodebookBlocks {
    private CodebookBlocks() {}

    /** An F16 scale and 32 codes. */
    static void iq4_nl(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        LegacyBlocks.nibbles(source, at + 2, to.codes, 0);
    }

    /** 256 codes in groups of 32, their scales of 6 bits: d, an int of 16 bits with the high pairs, 4 bytes of low nibbles, codes. */
    static void iq4_xs(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        int high = u16(source, at + 2);
        for (int group = 0; group < 8; group++) {
            int low = u8(source, at + 4 + group / 2) >> group % 2 * 4 & 15;
            to.scales[group] = d * ((low | (high >> 2 * group & 3) << 4) - 32);
            LegacyBlocks.nibbles(source, at + 8 + 16L * group, to.codes, 32 * group);
        }
    }

    /** A power of two (E8M0) and 32 codes (OCP Microscaling Formats 1.0). The table's values are doubled, so the scale is halved. */
    static void mxfp4(MemorySegment source, long at, UnpackedBlock to) {
        int exponent = u8(source, at);
        to.scales[0] = Float.intBitsToFloat(exponent < 2 ? 0x00200000 << exponent : exponent - 1 << 23);
        LegacyBlocks.nibbles(source, at + 1, to.codes, 0);
    }

    /** Four groups of 16: their scales as F8_E4M3 without a sign, halved as above, then 8 bytes of codes each. The byte 0x7f means 0. */
    static void nvfp4(MemorySegment source, long at, UnpackedBlock to) {
        for (int group = 0; group < 4; group++) {
            int scale = u8(source, at + group);
            to.scales[group] = scale == 0x7f ? 0 : Float8.finite(scale & 0x7f) * 0.5f;
            for (int i = 0; i < 8; i++) {
                int pair = u8(source, at + 4 + 8L * group + i);
                to.codes[16 * group + i] = (byte) (pair & 15);
                to.codes[16 * group + 8 + i] = (byte) (pair >> 4);
            }
        }
    }
}
