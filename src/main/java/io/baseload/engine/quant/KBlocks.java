package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;

/** ggml's K-quants: 256 weights in groups of 16 or 32, whose scales (and minimums) are small integers times an F16 number for the whole block. */
final class KBlocks {
    private KBlocks() {}

    /** Two bits. 16 bytes of scales (low nibble) and minimums (high nibble), 64 of codes, d and dmin. */
    static void q2(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at + 80);
        float dmin = half(source, at + 82);
        for (int group = 0; group < 16; group++) {
            int packed = u8(source, at + group);
            to.scales[group] = d * (packed & 15);
            to.minimums[group] = -(dmin * (packed >> 4));
        }
        for (int i = 0; i < 256; i++) {
            to.codes[i] = (byte) pair(source, at + 16, i);
        }
    }

    /** Three bits: w = d·scale·(q − 4). 32 bytes of high bits, 64 of low bits, 12 of 6-bit scales, d. */
    static void q3(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at + 108);
        for (int group = 0; group < 16; group++) {
            int low = u8(source, at + 96 + group % 8) >> group / 8 * 4 & 15;
            int high = u8(source, at + 104 + group % 4) >> group / 4 * 2 & 3;
            to.scales[group] = d * ((low | high << 4) - 32);
        }
        for (int i = 0; i < 256; i++) {
            int high = u8(source, at + i % 32) >> i / 32 & 1;
            to.codes[i] = (byte) (pair(source, at + 32, i) + 4 * high - 4 + 8);
        }
    }

    /** The two bits of element i: 32 bytes contain 128 elements, 32 for each pair of bits. */
    private static int pair(MemorySegment source, long at, int i) {
        return u8(source, at + i / 128 * 32L + i % 32) >> i % 128 / 32 * 2 & 3;
    }

    /** Four bits. d, dmin, 12 bytes of 6-bit scales and minimums, 128 of codes. */
    static void q4(MemorySegment source, long at, UnpackedBlock to) {
        scales(source, at, to);
        for (int i = 0; i < 256; i++) {
            to.codes[i] = (byte) nibble(source, at + 16, i);
        }
    }

    /** Five bits: as {@link #q4}, with 32 bytes of high bits before the codes. */
    static void q5(MemorySegment source, long at, UnpackedBlock to) {
        scales(source, at, to);
        for (int i = 0; i < 256; i++) {
            int high = u8(source, at + 16 + i % 32) >> i / 32 & 1;
            to.codes[i] = (byte) (nibble(source, at + 48, i) | high << 4);
        }
    }

    /** The nibble of element i: 32 bytes contain 64 elements, the first 32 in the low nibbles. */
    private static int nibble(MemorySegment source, long at, int i) {
        return u8(source, at + i / 64 * 32L + i % 32) >> i % 64 / 32 * 4 & 15;
    }

    /** Eight scales and eight minimums of 6 bits; the upper two bits of the last four of each are stored above those of the first four. */
    private static void scales(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at);
        float dmin = half(source, at + 2);
        for (int group = 0; group < 8; group++) {
            int a = u8(source, at + 4 + group % 4);
            int b = u8(source, at + 8 + group % 4);
            int c = u8(source, at + 12 + group % 4);
            int scale = group < 4 ? a & 63 : c & 15 | a >> 6 << 4;
            int minimum = group < 4 ? b & 63 : c >> 4 | b >> 6 << 4;
            to.scales[group] = d * scale;
            to.minimums[group] = -(dmin * minimum);
        }
    }

    /** Six bits: w = d·scale·(q − 32). 128 bytes of low nibbles, 64 of pairs of high bits, 16 signed scales, d. */
    static void q6(MemorySegment source, long at, UnpackedBlock to) {
        float d = half(source, at + 208);
        for (int group = 0; group < 16; group++) {
            to.scales[group] = d * (byte) u8(source, at + 192 + group);
        }
        for (int i = 0; i < 256; i++) {
            int low = u8(source, at + i / 128 * 64L + i % 64) >> i % 128 / 64 * 4 & 15;
            to.codes[i] = (byte) ((low | pair(source, at + 128, i) << 4) - 32);
        }
    }
}
