package io.baseload.engine.quant;

import static io.baseload.engine.quant.Little.half;
import static io.baseload.engine.quant.Little.u8;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** ggml's ternary formats: 256 weights −d, 0 or d, then the F16 scale d. */
final class TernaryBlocks {
    private static final int[] POWERS = {1, 3, 9, 27, 81};

    private TernaryBlocks() {}

    /**
     * Five digits of base 3 in a byte, as a fraction of 256: digit n is the whole part of three times the fraction that remains after multiplying by 3ⁿ. 32 bytes contain elements 0 … 159,
     * 16 bytes 160 … 239, and 4 bytes with four digits each the rest. A digit of 3 is impossible.
     */
    static void tq1_0(MemorySegment source, long at, UnpackedBlock to) {
        digits(source, at, 32, 5, to.codes, 0);
        digits(source, at + 32, 16, 5, to.codes, 160);
        digits(source, at + 48, 4, 4, to.codes, 240);
        Arrays.fill(to.scales, 0, 2, half(source, at + 52));
    }

    private static void digits(MemorySegment source, long at, int bytes, int digits, byte[] codes, int to) {
        for (int digit = 0; digit < digits; digit++) {
            for (int i = 0; i < bytes; i++) {
                int fraction = u8(source, at + i) * POWERS[digit] & 0xff;
                codes[to + digit * bytes + i] = (byte) ((fraction * 3 >> 8) - 1 + 8);
            }
        }
    }

    /** Two bits each: w = d·(q − 1). Each 32 bytes contain 128 elements, 32 for each pair of bits. */
    static void tq2_0(MemorySegment source, long at, UnpackedBlock to) {
        for (int i = 0; i < 256; i++) {
            int q = u8(source, at + i / 128 * 32L + i % 32) >> i % 128 / 32 * 2 & 3;
            to.codes[i] = (byte) (q - 1 + 8);
        }
        Arrays.fill(to.scales, 0, 2, half(source, at + 64));
    }
}
