package io.baseload.engine.quant;

/** Numbers of eight bits, as in Micikevicius et al., "FP8 Formats for Deep Learning" (2022). */
final class Float8 {
    private Float8() {}

    /** Sign, 4 bits of exponent (bias 7), 3 of fraction; no infinities, only 0x7f and 0xff are NaN. */
    static float e4m3(int code) {
        return (code & 0x7f) == 0x7f ? Float.NaN : finite(code);
    }

    /** The same without NaN: codes for NaN are ±480. */
    static float finite(int code) {
        float biased = Float.intBitsToFloat((code & 0x80) << 24 | (code & 0x7f) << 20);
        return biased * 0x1p120f;
    }

    /** The nearest number of E4M3, ties to even; larger numbers become ±448. */
    static int nearest(float value) {
        float most = Math.min(Math.abs(value), 448f);
        int bits = Float.floatToRawIntBits(most);
        int normal = (bits + 0x7ffff + (bits >>> 20 & 1) >>> 20) - (127 - 7 << 3);
        int code = most < 0x1p-6f ? (int) Math.rint(most * 0x1p9f) : normal;
        return code | (value < 0 ? 0x80 : 0);
    }

    /** Sign, 5 bits of exponent, 2 of fraction: the upper half of F16, including infinities and NaN. */
    static float e5m2(int code) {
        return Float.float16ToFloat((short) (code << 8));
    }
}
