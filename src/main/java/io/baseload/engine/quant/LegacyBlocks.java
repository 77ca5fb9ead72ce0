package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.i32;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/** ggml's first block formats: an F16 scale, in some an F16 minimum, and 32 codes; and its newest, Q1_0, of 128 signs. */
final class LegacyBlocks {
    private LegacyBlocks() {}

    /** w = d·q with signed bytes. */
    static void q8_0(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        for (int i = 0; i < 32; i++) {
            to.codes[i] = (byte) u8(source, at + 2 + i);
        }
    }

    /** w = d·(q − 8). */
    static void q4_0(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        nibbles(source, at + 2, to.codes, 0);
    }

    /** w = d·q + m. */
    static void q4_1(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        to.minimums[0] = half(source, at + 2);
        nibbles(source, at + 4, to.codes, 0);
    }

    /** w = d·(q − 16): the fifth bits are in a separate int. */
    static void q5_0(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        fives(source, at + 2, 16, to.codes);
    }

    /** w = d·q + m. */
    static void q5_1(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        to.minimums[0] = half(source, at + 2);
        fives(source, at + 4, 0, to.codes);
    }

    /** w = ±d. */
    static void q1_0(MemorySegment source, long at, UnpackedBlock to) {
        to.scales[0] = half(source, at);
        for (int i = 0; i < 128; i++) {
            int bit = u8(source, at + 2 + i / 8) >> i % 8 & 1;
            to.codes[i] = (byte) (8 + 2 * bit - 1);
        }
    }

    private static void fives(MemorySegment source, long at, int zero, byte[] codes) {
        int high = i32(source, at);
        nibbles(source, at + 4, codes, 0);
        for (int i = 0; i < 32; i++) {
            codes[i] = (byte) ((codes[i] | (high >>> i & 1) << 4) - zero);
        }
    }

    /** 32 nibbles: the low nibbles of 16 bytes are the first 16 elements, the high ones the last 16. */
    static void nibbles(MemorySegment source, long at, byte[] codes, int to) {
        for (int i = 0; i < 16; i++) {
            int pair = u8(source, at + i);
            codes[to + i] = (byte) (pair & 15);
            codes[to + 16 + i] = (byte) (pair >> 4);
        }
    }
}
