package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * tanh(x) in f32, computed so that a vector's lanes give the same bits: near zero x + x³·p(x²) with p fitted on |x| ≤ {@link #NEAR}, otherwise ±(1 − 2 / (e^2|x| + 1)).
 * The largest error is about 2e-7, relative.
 */
final class Tanh {
    static final float NEAR = 0.625f;
    static final float C0 = -0.33333282f;
    static final float C1 = 0.13331442f;
    static final float C2 = -0.05373971f;
    static final float C3 = 0.02063906f;
    static final float C4 = -0.00570496f;

    private Tanh() {}

    static float tanh(float x) {
        if (Math.abs(x) <= NEAR) {
            float u = x * x;
            float p = Math.fma(Math.fma(Math.fma(Math.fma(C4, u, C3), u, C2), u, C1), u, C0);
            return Math.fma(p, u * x, x);
        }
        float far = 1f - 2f / (Exp.exp(2f * Math.abs(x)) + 1f);
        return Math.copySign(far, x);
    }

    /** x = cap · tanh(x / cap). */
    static void softCap(float[] x, int at, int count, float cap) {
        int end = FLOATS.loopBound(count);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        FloatVector two = FloatVector.broadcast(FLOATS, 2f);
        for (int i = 0; i < end; i += L) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, at + i).div(cap);
            FloatVector u = v.mul(v);
            FloatVector q = u.fma(FloatVector.broadcast(FLOATS, C4), FloatVector.broadcast(FLOATS, C3));
            q = q.fma(u, FloatVector.broadcast(FLOATS, C2));
            q = q.fma(u, FloatVector.broadcast(FLOATS, C1));
            q = q.fma(u, FloatVector.broadcast(FLOATS, C0));
            FloatVector near = q.fma(u.mul(v), v);
            FloatVector c = v.abs().mul(2f).min(Exp.MAX_X);
            FloatVector shifted =
                    c.fma(FloatVector.broadcast(FLOATS, Exp.LOG2_E), FloatVector.broadcast(FLOATS, Exp.ROUND));
            FloatVector n = shifted.sub(Exp.ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Exp.LN2_HIGH), c);
            r = n.fma(FloatVector.broadcast(FLOATS, -Exp.LN2_LOW), r);
            FloatVector p = r.fma(FloatVector.broadcast(FLOATS, Exp.C6), FloatVector.broadcast(FLOATS, Exp.C5));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C4));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C3));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C2));
            p = p.fma(r.mul(r), r).add(1f);
            IntVector power = shifted.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(power).reinterpretAsFloats();
            IntVector far = one.sub(two.div(e.add(1f))).reinterpretAsInts();
            IntVector sign = v.reinterpretAsInts().and(Integer.MIN_VALUE);
            near.blend(far.or(sign).reinterpretAsFloats(), v.abs().compare(GT, NEAR))
                    .mul(cap)
                    .intoArray(x, at + i);
        }
        for (int i = end; i < count; i++) {
            x[at + i] = cap * tanh(x[at + i] / cap);
        }
    }
}
