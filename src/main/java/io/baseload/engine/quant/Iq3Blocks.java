package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.i32;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/** ggml's formats of about three bits: each four weights are an entry of a grid with signs. d and 256 weights in groups of 32. */
final class Iq3Blocks {
    private static final Grid XXS = Grid.load("iq3_xxs");
    private static final Grid S = Grid.load("iq3_s");

    private Iq3Blocks() {}

    /** 64 bytes of entry numbers; for each 32 weights four times seven signs and the scale d·(½ + s)/2. */
    static void xxs(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        for (int group = 0; group < 8; group++) {
            int signs = i32(source, at + 66 + 4L * group);
            to.scales[group] = d * (0.5f + (signs >>> 28)) * 0.5f;
            for (int i = 0; i < 8; i++) {
                int eight = Grid.evenSigns(signs >>> 7 * (i / 2) & 127);
                int entry = u8(source, at + 2 + 8L * group + i);
                XXS.copy(entry, eight >> i % 2 * 4, to.codes, 32 * group + 4 * i);
            }
        }
    }

    /** 64 bytes of entry numbers, 8 with their ninth bits, 32 of signs, 4 of scales d·(1 + 2s). */
    static void s(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        for (int group = 0; group < 8; group++) {
            int scale = u8(source, at + 106 + group / 2) >> group % 2 * 4 & 15;
            to.scales[group] = d * (1 + 2 * scale);
        }
        for (int i = 0; i < 64; i++) {
            int ninth = u8(source, at + 66 + i / 8) >> i % 8 & 1;
            int signs = u8(source, at + 74 + i / 2) >> i % 2 * 4;
            S.copy(u8(source, at + 2 + i) | ninth << 8, signs, to.codes, 4 * i);
        }
    }
}
