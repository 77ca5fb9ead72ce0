package io.baseload.engine.kernel;

/**
 * How a layer makes weights of scores.
 *
 * @param scale what scores are multiplied with, mostly 1 / √keyDim
 * @param softCap if positive, scores become softCap · tanh(score / softCap) after that (Gemma 2); 0 for none
 * @param sinks one logit for each query head that joins the softmax's denominator and takes no value (gpt-oss); empty for none
 */
public record AttentionOptions(float scale, float softCap, float[] sinks) {
    private static final float[] NO_SINKS = {};

    /** Plain scaled dot products (Vaswani et al., 2017). */
    public static AttentionOptions scaled(float scale) {
        return new AttentionOptions(scale, 0, NO_SINKS);
    }

    /** The sink of a query head; without any, one that adds nothing. */
    float sink(int head) {
        return sinks.length == 0 ? Float.NEGATIVE_INFINITY : sinks[head];
    }
}
