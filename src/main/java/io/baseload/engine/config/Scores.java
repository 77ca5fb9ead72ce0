package io.baseload.engine.config;

/**
 * What happens to the products of queries and keys before they become weights.
 *
 * @param scale what they are multiplied with, mostly 1 / √headDim
 * @param softCap if positive, they become softCap · tanh(score / softCap) (Gemma 2); 0 for none
 * @param window how many tokens a token sees, itself included; 0 for all before it
 * @param sinks whether each head has a logit that joins the denominator and takes no value (gpt-oss)
 */
public record Scores(float scale, float softCap, int window, boolean sinks) {
    /** Scaled dot products (Vaswani et al., 2017) over the last {@code window} tokens; 0 for all. */
    public static Scores scaled(int headDim, int window) {
        return new Scores((float) (1 / Math.sqrt(headDim)), 0, window, false);
    }

    /** The first token that the one at {@code position} sees. */
    public int firstVisible(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }
}
