package io.baseload.engine.kernel;

import java.util.Arrays;

/**
 * Adds up parts of softmax(q·K)·V without knowing the largest score beforehand (Milakov and Gimelshein, 2018): if a part has a larger one, the sum so far is multiplied by e^(old − new). A
 * sink is a first token whose value is zero.
 *
 * <p>Both implementations of the kernels use this code: it runs once for each span. C2 makes no vectors of the loop over values, because it doesn't know that part and sum are different arrays.
 */
final class OnlineSoftmax {
    private final float[] maxima = new float[Attention.MAX_QUERIES];
    private final float[] sums = new float[Attention.MAX_QUERIES];

    /** Begins sum {@code i}, whose weighted values will be in {@code out}. */
    void begin(int i, float sink, float[] out, int at, int dim) {
        Arrays.fill(out, at, at + dim, 0f);
        maxima[i] = sink;
        sums[i] = sink == Float.NEGATIVE_INFINITY ? 0 : 1;
    }

    /**
     * Adds number {@code i} of a part to sum {@code i}.
     *
     * @param vectors whether the Vector API is there
     */
    void add(boolean vectors, int i, AttentionPart part, float[] out, int at, int dim) {
        float max = Math.max(maxima[i], part.maxima[i]);
        float before = power(maxima[i], max);
        float added = power(part.maxima[i], max);
        maxima[i] = max;
        sums[i] = Math.fma(part.sums[i], added, sums[i] * before);
        if (vectors) {
            RowKernels.addScaled(part.mixed, i * dim, added, out, at, before, dim);
        } else {
            addScaled(part.mixed, i * dim, added, out, at, before, dim);
        }
    }

    /** The definition of {@link RowKernels}' method. */
    private static void addScaled(float[] x, int xAt, float factor, float[] y, int yAt, float before, int count) {
        for (int d = 0; d < count; d++) {
            y[yAt + d] = Math.fma(x[xAt + d], factor, y[yAt + d] * before);
        }
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
