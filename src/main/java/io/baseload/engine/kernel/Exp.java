package io.baseload.engine.kernel;

/**
 * e^x in f32, computed so that a vector's lanes give the same bits: x = n·ln 2 + r, e^x = 2^n · p(r) with p a polynomial of degree 6 fitted on |r| ≤ ln 2 / 2.
 * The largest error is about 1e-7, relative.
 */
final class Exp {
    /** Limits of x: beyond them the result would not be a normal number, so x is clamped. */
    static final float MIN_X = -87f;

    static final float MAX_X = 88f;
    static final float LOG2_E = 1.44269504f;

    /** Adding this rounds a float to a whole number, which is then in its lowest bits. */
    static final float ROUND = 0x1.8p23f;

    /** ln 2 is split in two parts, so that n times the first is exact. */
    static final float LN2_HIGH = 0.693359375f;

    static final float LN2_LOW = -2.12194440e-4f;

    /** p(r) = 1 + r + r²·(C2 + r·(C3 + …)). */
    static final float C2 = 0.5f;

    static final float C3 = 0.16666576266288757f;
    static final float C4 = 0.041666463017463684f;
    static final float C5 = 0.00836329534649849f;
    static final float C6 = 0.0013933823211118579f;

    private Exp() {}

    static float exp(float x) {
        float c = Math.min(Math.max(x, MIN_X), MAX_X);
        float shifted = Math.fma(c, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, c));
        float q = Math.fma(Math.fma(Math.fma(Math.fma(C6, r, C5), r, C4), r, C3), r, C2);
        float p = Math.fma(q, r * r, r) + 1f;
        return Float.intBitsToFloat(Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
    }
}
