package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.u16;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/**
 * ggml's formats of less than two bits: each eight weights are an entry of a grid with −1, 0 and 1, all shifted up or down by ⅛. So a weight is a whole number of eighths of the scale d·(2s
 * + 1).
 */
final class Iq1Blocks {
    private static final Grid GRID = Grid.load("iq1_s");

    private Iq1Blocks() {}

    /** d, 32 bytes of entry numbers; for each 32 weights 16 bits: four times three more bits of an entry number, three bits of scale, the direction of the shift. */
    static void s(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        for (int group = 0; group < 8; group++) {
            int high = u16(source, at + 34 + 2L * group);
            to.scales[group] = scale(d, high >> 12);
            for (int i = 0; i < 4; i++) {
                int entry = u8(source, at + 2 + 4L * group + i) | (high >> 3 * i & 7) << 8;
                eighths(entry, high >> 15, to.codes, 32 * group + 8 * i);
            }
        }
    }

    /** 32 bytes of entry numbers, 16 with three more bits and the direction of each; four times 16 bits: three for the scale of each 16 weights, four of d. */
    static void m(MemorySegment source, long at, UnpackedBlock to) {
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            bits |= u16(source, at + 48 + 2L * i) >> 12 << 4 * i;
        }
        float d = Float.float16ToFloat((short) bits);
        for (int group = 0; group < 16; group++) {
            to.scales[group] = scale(d, u16(source, at + 48 + group / 4 * 2L) >> group % 4 * 3);
        }
        for (int i = 0; i < 32; i++) {
            int high = u8(source, at + 32 + i / 2) >> i % 2 * 4;
            eighths(u8(source, at + i) | (high & 7) << 8, high >> 3 & 1, to.codes, 8 * i);
        }
    }

    private static float scale(float d, int scale) {
        return d * (2 * (scale & 7) + 1) * 0.125f;
    }

    private static void eighths(int entry, int down, byte[] codes, int at) {
        GRID.copy(entry, 0, codes, at);
        for (int i = 0; i < 8; i++) {
            codes[at + i] = (byte) (8 * codes[at + i] + 1 - 2 * down);
        }
    }
}
