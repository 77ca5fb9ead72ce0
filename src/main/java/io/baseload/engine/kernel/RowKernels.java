package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/** The operators on a single row. Sums have 16 lanes on every machine; elements after the last whole vector are computed by plain code. */
final class RowKernels {
    private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);

    private RowKernels() {}

    static void add(float[] x, int xAt, float[] y, int yAt, int width) {
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, y, yAt + i)
                    .add(FloatVector.fromArray(FLOATS, x, xAt + i))
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] += x[xAt + i];
        }
    }

    static void addScaled(float[] x, int xAt, float factor, float[] y, int yAt, int width) {
        int end = FLOATS.loopBound(width);
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, x, xAt + i)
                    .fma(factors, FloatVector.fromArray(FLOATS, y, yAt + i))
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] = Math.fma(x[xAt + i], factor, y[yAt + i]);
        }
    }

    /** y = factor · x + before · y. */
    static void addScaled(float[] x, int xAt, float factor, float[] y, int yAt, float before, int width) {
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector sum = FloatVector.fromArray(FLOATS, y, yAt + i).mul(before);
            FloatVector.fromArray(FLOATS, x, xAt + i)
                    .fma(FloatVector.broadcast(FLOATS, factor), sum)
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] = Math.fma(x[xAt + i], factor, y[yAt + i] * before);
        }
    }

    static void multiply(float[] x, int xAt, float[] y, int yAt, int width) {
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, y, yAt + i)
                    .mul(FloatVector.fromArray(FLOATS, x, xAt + i))
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] *= x[xAt + i];
        }
    }

    static void multiply(float[] y, int yAt, int width, float factor) {
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, y, yAt + i).mul(factor).intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] *= factor;
        }
    }

    static void rmsNorm(
            float[] x, int xAt, int width, float[] weight, float epsilon, float[] y, int yAt, float[] lanes) {
        float squares = sumOfSquares(x, xAt, width, lanes);
        float factor = (float) (1 / Math.sqrt(squares / width + epsilon));
        normalize(x, xAt, width, factor, weight, y, yAt);
    }

    static void layerNorm(
            float[] x,
            int xAt,
            int width,
            float[] weight,
            float[] bias,
            float epsilon,
            float[] y,
            int yAt,
            float[] lanes) {
        float mean = sum(x, xAt, width, lanes) / width;
        float factor = (float) (1 / Math.sqrt(sumOfSquaresAround(mean, x, xAt, width, lanes) / width + epsilon));
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, x, xAt + i)
                    .sub(mean)
                    .mul(factor)
                    .fma(FloatVector.fromArray(FLOATS, weight, i), FloatVector.fromArray(FLOATS, bias, i))
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] = Math.fma((x[xAt + i] - mean) * factor, weight[i], bias[i]);
        }
    }

    private static float sumOfSquaresAround(float mean, float[] x, int at, int width, float[] lanes) {
        int end = width / LANES * LANES;
        for (int part = 0; part < LANES; part += L) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = part; i < end; i += LANES) {
                FloatVector v = FloatVector.fromArray(FLOATS, x, at + i).sub(mean);
                sum = v.fma(v, sum);
            }
            sum.intoArray(lanes, part);
        }
        for (int i = end; i < width; i++) {
            float distance = x[at + i] - mean;
            lanes[i - end] = Math.fma(distance, distance, lanes[i - end]);
        }
        return ScalarKernels.sumOfLanes(lanes);
    }

    static void normalize(float[] x, int xAt, int width, float factor, float[] weight, float[] y, int yAt) {
        int end = FLOATS.loopBound(width);
        for (int i = 0; i < end; i += L) {
            FloatVector.fromArray(FLOATS, x, xAt + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(FLOATS, weight, i))
                    .intoArray(y, yAt + i);
        }
        for (int i = end; i < width; i++) {
            y[yAt + i] = x[xAt + i] * factor * weight[i];
        }
    }

    static float sumOfSquares(float[] x, int at, int width, float[] lanes) {
        int end = width / LANES * LANES;
        for (int part = 0; part < LANES; part += L) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = part; i < end; i += LANES) {
                FloatVector v = FloatVector.fromArray(FLOATS, x, at + i);
                sum = v.fma(v, sum);
            }
            sum.intoArray(lanes, part);
        }
        for (int i = end; i < width; i++) {
            lanes[i - end] = Math.fma(x[at + i], x[at + i], lanes[i - end]);
        }
        return ScalarKernels.sumOfLanes(lanes);
    }

    static void siluMultiply(float[] gate, int gateAt, float[] up, int upAt, int width) {
        int end = FLOATS.loopBound(width);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < end; i += L) {
            FloatVector g = FloatVector.fromArray(FLOATS, gate, gateAt + i);
            FloatVector c = g.neg().max(Exp.MIN_X).min(Exp.MAX_X);
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
            g.div(one.add(e)).mul(FloatVector.fromArray(FLOATS, up, upAt + i)).intoArray(gate, gateAt + i);
        }
        for (int i = end; i < width; i++) {
            float g = gate[gateAt + i];
            gate[gateAt + i] = g / (1f + Exp.exp(-g)) * up[upAt + i];
        }
    }

    static void geluMultiply(float[] gate, int gateAt, float[] up, int upAt, int width) {
        int end = FLOATS.loopBound(width);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < end; i += L) {
            FloatVector g = FloatVector.fromArray(FLOATS, gate, gateAt + i);
            FloatVector slope = g.mul(g)
                    .fma(
                            FloatVector.broadcast(FLOATS, ScalarKernels.GELU_CUBIC),
                            FloatVector.broadcast(FLOATS, ScalarKernels.GELU_LINEAR));
            FloatVector c = g.mul(slope).max(Exp.MIN_X).min(Exp.MAX_X);
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
            g.div(one.add(e)).mul(FloatVector.fromArray(FLOATS, up, upAt + i)).intoArray(gate, gateAt + i);
        }
        for (int i = end; i < width; i++) {
            gate[gateAt + i] = ScalarKernels.gelu(gate[gateAt + i]) * up[upAt + i];
        }
    }

    static void clampedSiluMultiply(float[] gate, int gateAt, float[] up, int upAt, float limit, int width) {
        int end = FLOATS.loopBound(width);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < end; i += L) {
            FloatVector g = FloatVector.fromArray(FLOATS, gate, gateAt + i).min(limit);
            FloatVector c = g.mul(-ScalarKernels.STEEP).max(Exp.MIN_X).min(Exp.MAX_X);
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
            FloatVector u =
                    FloatVector.fromArray(FLOATS, up, upAt + i).min(limit).max(-limit);
            g.div(one.add(e)).mul(u.add(1f)).intoArray(gate, gateAt + i);
        }
        for (int i = end; i < width; i++) {
            gate[gateAt + i] = ScalarKernels.clampedSilu(gate[gateAt + i], up[upAt + i], limit);
        }
    }

    static float max(float[] x, int at, int count) {
        int end = FLOATS.loopBound(count);
        FloatVector max = FloatVector.broadcast(FLOATS, x[at]);
        for (int i = 0; i < end; i += L) {
            max = max.max(FloatVector.fromArray(FLOATS, x, at + i));
        }
        float result = max.reduceLanes(MAX);
        for (int i = end; i < count; i++) {
            result = Math.max(result, x[at + i]);
        }
        return result;
    }

    /** x = e^(x − max). Returns the sum of the results: element i is added to lane i % 16. The lanes are in memory, where exponentials hide the time that it takes, for the reason that {@link #sum} gives. */
    static float exponentials(float[] x, int at, int count, float max, float[] lanes) {
        int end = FLOATS.loopBound(count);
        Arrays.fill(lanes, 0, LANES, 0f);
        for (int i = 0; i < end; i += L) {
            FloatVector c = FloatVector.fromArray(FLOATS, x, at + i)
                    .sub(max)
                    .max(Exp.MIN_X)
                    .min(Exp.MAX_X);
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
            p = p.reinterpretAsInts().add(power).reinterpretAsFloats();
            p.intoArray(x, at + i);
            p.add(FloatVector.fromArray(FLOATS, lanes, i % LANES)).intoArray(lanes, i % LANES);
        }
        for (int i = end; i < count; i++) {
            x[at + i] = Exp.exp(x[at + i] - max);
            lanes[i % LANES] += x[at + i];
        }
        return ScalarKernels.sumOfLanes(lanes);
    }

    /** Adds element i to lane i % 16. The sums stay in memory: if most rows are shorter than a vector when this is compiled, C2 makes an object of a sum that lives around the loop. */
    static float sum(float[] x, int at, int count, float[] lanes) {
        int end = count / LANES * LANES;
        Arrays.fill(lanes, 0, LANES, 0f);
        for (int part = 0; part < LANES; part += L) {
            for (int i = part; i < end; i += LANES) {
                FloatVector.fromArray(FLOATS, lanes, part)
                        .add(FloatVector.fromArray(FLOATS, x, at + i))
                        .intoArray(lanes, part);
            }
        }
        for (int i = end; i < count; i++) {
            lanes[i - end] += x[at + i];
        }
        return ScalarKernels.sumOfLanes(lanes);
    }

    static void rotate(Rotary rotary, float[] x, int at, int row) {
        int table = row * rotary.width();
        int done = rotary.layout() == Rotary.Layout.INTERLEAVED
                ? interleaved(rotary, x, at, table)
                : halves(rotary, x, at, table);
        ScalarKernels.rotatePairs(rotary, x, at, row, done);
    }

    /** Rotates whole vectors and returns the number of pairs in them. */
    private static int interleaved(Rotary rotary, float[] x, int at, int table) {
        int end = FLOATS.loopBound(rotary.width());
        for (int i = 0; i < end; i += L) {
            FloatVector v = FloatVector.fromArray(FLOATS, x, at + i);
            FloatVector turned = v.rearrange(SWAP).mul(FloatVector.fromArray(FLOATS, rotary.sin(), table + i));
            v.fma(FloatVector.fromArray(FLOATS, rotary.cos(), table + i), turned)
                    .intoArray(x, at + i);
        }
        return end / 2;
    }

    private static int halves(Rotary rotary, float[] x, int at, int table) {
        int half = rotary.width() / 2;
        int end = FLOATS.loopBound(half);
        for (int i = 0; i < end; i += L) {
            FloatVector a = FloatVector.fromArray(FLOATS, x, at + i);
            FloatVector b = FloatVector.fromArray(FLOATS, x, at + half + i);
            FloatVector turnedA = b.mul(FloatVector.fromArray(FLOATS, rotary.sin(), table + i));
            FloatVector turnedB = a.mul(FloatVector.fromArray(FLOATS, rotary.sin(), table + half + i));
            a.fma(FloatVector.fromArray(FLOATS, rotary.cos(), table + i), turnedA)
                    .intoArray(x, at + i);
            b.fma(FloatVector.fromArray(FLOATS, rotary.cos(), table + half + i), turnedB)
                    .intoArray(x, at + half + i);
        }
        return end;
    }
}
