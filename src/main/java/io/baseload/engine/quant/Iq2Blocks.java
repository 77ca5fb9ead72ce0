package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.i32;
import static io.baseload.engine.quant.Little.u16;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/** ggml's formats of about two bits: each eight weights are an entry of a grid with signs. d and 256 weights; a group's scale is d·(½ + s)/4. */
final class Iq2Blocks {
    private static final Grid XXS = Grid.load("iq2_xxs");
    private static final Grid XS = Grid.load("iq2_xs");
    private static final Grid S = Grid.load("iq2_s");

    private Iq2Blocks() {}

    /** For each 32 weights: four bytes of entry numbers, then four times seven signs and the scale. */
    static void xxs(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        for (int group = 0; group < 8; group++) {
            long from = at + 2 + 8L * group;
            int signs = i32(source, from + 4);
            to.scales[group] = scale(d, signs >>> 28);
            for (int i = 0; i < 4; i++) {
                int seven = signs >>> 7 * i & 127;
                XXS.copy(u8(source, from + i), Grid.evenSigns(seven), to.codes, 32 * group + 8 * i);
            }
        }
    }

    /** For each eight weights: nine bits of an entry number, seven signs. Scales of groups of 16 follow. */
    static void xs(MemorySegment source, long at, UnpackedBlock to) {
        scales(source, at, at + 66, to);
        for (int i = 0; i < 32; i++) {
            int packed = u16(source, at + 2 + 2L * i);
            XS.copy(packed & 511, Grid.evenSigns(packed >> 9), to.codes, 8 * i);
        }
    }

    /** For each eight weights: eight bits of an entry number, eight signs, and two more bits of the number; then the scales of groups of 16. */
    static void s(MemorySegment source, long at, UnpackedBlock to) {
        scales(source, at, at + 74, to);
        for (int i = 0; i < 32; i++) {
            int high = u8(source, at + 66 + i / 4) >> i % 4 * 2 & 3;
            int entry = u8(source, at + 2 + i) | high << 8;
            S.copy(entry, u8(source, at + 34 + i), to.codes, 8 * i);
        }
    }

    private static void scales(MemorySegment source, long at, long scales, UnpackedBlock to) {
        float d = half(source, at);
        for (int group = 0; group < 16; group++) {
            to.scales[group] = scale(d, u8(source, scales + group / 2) >> group % 2 * 4 & 15);
        }
    }

    private static float scale(float d, int scale) {
        return d * (0.5f + scale) * 0.25f;
    }
}
