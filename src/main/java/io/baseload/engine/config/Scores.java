package io.baseload.engine.config;

/**
 * How weights are computed from the products of queries and keys.
 *
 * @param scale factor of the products, usually 1 / √headDim
 * @param softCap if positive, scores are softCap · tanh(score / softCap) (Gemma 2); 0 for none
 * @param window number of tokens that a token sees, including itself; 0 for all before it
 * @param sinks whether each head has an additional logit in the denominator, without a value (gpt-oss)
 */
public record Scores(float scale, float softCap, int window, boolean sinks) {
    /** Scaled dot products (Vaswani et al., 2017) over the last {@code window} tokens; 0 for all. */
    public static Scores scaled(int headDim, int window) {
        return new Scores((float) (1 / Math.sqrt(headDim)), 0, window, false);
    }

    /** The first position that the token at {@code position} sees. */
    public int firstVisible(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }
}
