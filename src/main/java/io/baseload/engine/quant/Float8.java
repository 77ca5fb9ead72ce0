package io.baseload.engine.quant;

/** Numbers of eight bits, as in Micikevicius et al., "FP8 Formats for Deep Learning" (2022). */
final class Float8 {
    private Float8() {}

    /** Sign, 4 bits of exponent (bias 7), 3 of fraction; no infinities, only 0x7f and 0xff are NaN. */
    static float e4m3(int code) {
        if ((code & 0x7f) == 0x7f) {
            return Float.NaN;
        }
        float biased = Float.intBitsToFloat((code & 0x80) << 24 | (code & 0x7f) << 20);
        return biased * 0x1p120f;
    }

    /** Sign, 5 bits of exponent, 2 of fraction: the upper half of F16, infinities and NaN included. */
    static float e5m2(int code) {
        return Float.float16ToFloat((short) (code << 8));
    }
}
