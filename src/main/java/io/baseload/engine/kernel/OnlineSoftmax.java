package io.baseload.engine.kernel;

import java.util.Arrays;

/**
 * Adds up parts of softmax(q·K)·V without knowing the largest score beforehand (Milakov and Gimelshein, 2018): if a part has a larger one, the sum so far is multiplied by e^(old − new). A
 * sink is a first token whose value is zero.
 *
 * <p>Both implementations of the kernels use this plain code: it runs once for each span.
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
    void add(int i, AttentionPart part, float[] out, int at, int dim) {
        float max = Math.max(maxima[i], part.maxima[i]);
        float before = Exp.exp(maxima[i] - max);
        float added = Exp.exp(part.maxima[i] - max);
        maxima[i] = max;
        sums[i] = Math.fma(part.sums[i], added, sums[i] * before);
        mix(part.mixed, i * dim, added, before, out, at, dim);
    }

    private static void mix(float[] x, int xAt, float factor, float before, float[] y, int yAt, int count) {
        for (int d = 0; d < count; d++) {
            y[yAt + d] = Math.fma(x[xAt + d], factor, y[yAt + d] * before);
        }
    }

    /** Completes sum {@code i}. */
    void finish(int i, float[] out, int at, int dim) {
        float factor = 1 / sums[i];
        for (int d = 0; d < dim; d++) {
            out[at + d] *= factor;
        }
    }
}
