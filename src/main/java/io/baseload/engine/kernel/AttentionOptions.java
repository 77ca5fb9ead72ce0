package io.baseload.engine.kernel;

/**
 * How a layer computes weights from scores.
 *
 * @param scale factor of scores, usually 1 / √keyDim
 * @param softCap if positive, scaled scores become softCap · tanh(score / softCap) (Gemma 2); 0 for none
 * @param sinks for each query head a logit that is added to the softmax's denominator, without a value (gpt-oss); empty for none
 */
public record AttentionOptions(float scale, float softCap, float[] sinks) {
    private static final float[] NO_SINKS = {};

    /** Plain scaled dot products (Vaswani et al., 2017). */
    public static AttentionOptions scaled(float scale) {
        return new AttentionOptions(scale, 0, NO_SINKS);
    }

    /** The sink of a query head; if there are none, a number that adds nothing. */
    float sink(int head) {
        return sinks.length == 0 ? Float.NEGATIVE_INFINITY : sinks[head];
    }
}
