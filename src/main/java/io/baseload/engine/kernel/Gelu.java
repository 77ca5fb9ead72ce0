package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * x·Φ(x), the GELU of Hendrycks and Gimpel (2016). 1 − Φ(|x|) is half of the complementary error function, which Abramowitz and Stegun (1964, 7.1.26) approximate by a polynomial in t = 1 /
 * (1 + p·z) times e^(−z²), with z = |x| / √2 and an error of at most 1.5e−7.
 */
final class Gelu {
    private static final float ROOT_HALF = 0.70710678f;
    private static final float P = 0.3275911f;

    /** Halves of the polynomial's coefficients, from that of t on. */
    private static final float A1 = 0.127414796f;

    private static final float A2 = -0.142248368f;
    private static final float A3 = 0.7107068705f;
    private static final float A4 = -0.7265760135f;
    private static final float A5 = 0.5307027145f;

    private Gelu() {}

    static float of(float x) {
        float z = Math.abs(x) * ROOT_HALF;
        float t = 1f / Math.fma(z, P, 1f);
        float p = Math.fma(t, A5, A4);
        p = Math.fma(p, t, A3);
        p = Math.fma(p, t, A2);
        p = Math.fma(p, t, A1);
        float tail = p * t * Exp.exp(-(z * z));
        return x < 0 ? x * tail : x - x * tail;
    }

    static void apply(float[] data, int at, int width) {
        int end = FLOATS.loopBound(width);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < end; i += L) {
            FloatVector x = FloatVector.fromArray(FLOATS, data, at + i);
            FloatVector z = x.abs().mul(ROOT_HALF);
            FloatVector c = z.mul(z).neg().max(Exp.MIN_X).min(Exp.MAX_X);
            FloatVector shifted =
                    c.fma(FloatVector.broadcast(FLOATS, Exp.LOG2_E), FloatVector.broadcast(FLOATS, Exp.ROUND));
            FloatVector n = shifted.sub(Exp.ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exp.LN2_HIGH), c);
            r = n.fma(FloatVector.broadcast(FLOATS, -Exp.LN2_LOW), r);
            FloatVector e = r.fma(FloatVector.broadcast(FLOATS, Exp.C6), FloatVector.broadcast(FLOATS, Exp.C5));
            e = e.fma(r, FloatVector.broadcast(FLOATS, Exp.C4));
            e = e.fma(r, FloatVector.broadcast(FLOATS, Exp.C3));
            e = e.fma(r, FloatVector.broadcast(FLOATS, Exp.C2));
            e = e.fma(r.mul(r), r).add(1f);
            IntVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23);
            e = e.reinterpretAsInts().add(power).reinterpretAsFloats();
            FloatVector t = one.div(z.fma(FloatVector.broadcast(FLOATS, P), one));
            FloatVector p = t.fma(FloatVector.broadcast(FLOATS, A5), FloatVector.broadcast(FLOATS, A4));
            p = p.fma(t, FloatVector.broadcast(FLOATS, A3));
            p = p.fma(t, FloatVector.broadcast(FLOATS, A2));
            p = p.fma(t, FloatVector.broadcast(FLOATS, A1));
            FloatVector low = x.mul(p.mul(t).mul(e));
            VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);
            x.sub(low).blend(low, negative).intoArray(data, at + i);
        }
        for (int i = end; i < width; i++) {
            data[at + i] = of(data[at + i]);
        }
    }
}
