package io.baseload.engine.kernel;

import java.util.Arrays;

/**
 * Adds up parts of softmax(q·K)·V without knowing the largest score beforehand (Milakov and Gimelshein, 2018): if a part has a larger one, the sum so far is multiplied by e^(old − new). A
 * sink is a first token whose value is zero.
 *
 * <p>Both implementations of the kernels use this code: it runs once for each span.
 */
final class OnlineSoftmax {
    private final float[] maxima = new float[Attention.MAX_QUERIES * Attention.MAX_QUERIES];
    private final float[] sums = new float[Attention.MAX_QUERIES * Attention.MAX_QUERIES];

    /** Begins sum {@code i}, whose weighted values will be in {@code out}. */
    void begin(int i, float sink, float[] out, int at, int dim) {
        Arrays.fill(out, at, at + dim, 0f);
        maxima[i] = sink;
        sums[i] = sink == Float.NEGATIVE_INFINITY ? 0 : 1;
    }

    /** Adds number {@code i} of a part to sum {@code i}. */
    void add(Kernels kernels, int i, AttentionPart part, float[] out, int at, int dim) {
        float max = Math.max(maxima[i], part.maxima[i]);
        float before = power(maxima[i], max);
        float added = power(part.maxima[i], max);
        maxima[i] = max;
        sums[i] = Math.fma(part.sums[i], added, sums[i] * before);
        kernels.addScaled(part.mixed, i * dim, added, out, at, before, dim);
    }

    /** e^(x − max), which is 1 for one of two numbers. Infinite ones have made a sum NaN already. */
    private static float power(float x, float max) {
        return x == max ? 1 : Exp.exp(x - max);
    }

    /** Completes sum {@code i}. */
    void finish(int i, float[] out, int at, int dim) {
        float factor = 1 / sums[i];
        for (int d = 0; d < dim; d++) {
            out[at + d] *= factor;
        }
    }
}
