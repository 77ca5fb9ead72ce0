package io.baseload.engine.config;

/**
 * How weights are computed from the products of queries and keys.
 *
 * @param scale factor of the products, usually 1 / √headDim
 * @param softCap if positive, scores are softCap · tanh(score / softCap) (Gemma 2); 0 for none
 * @param window number of tokens that a token sees, including itself; 0 for all before it
 * @param sinks whether each head has an additional logit in the denominator, without a value (gpt-oss)
 * @param bothSides whether a token sees the tokens after it too, with a window as many as before it
 */
public record Scores(float scale, float softCap, int window, boolean sinks, boolean bothSides) {
    /** Scores of a token and of those before it. */
    public Scores(float scale, float softCap, int window, boolean sinks) {
        this(scale, softCap, window, sinks, false);
    }

    /** Scaled dot products (Vaswani et al., 2017) over the last {@code window} tokens; 0 for all. */
    public static Scores scaled(int headDim, int window) {
        return new Scores((float) (1 / Math.sqrt(headDim)), 0, window, false);
    }

    /** The same over the tokens before and after a token: over all for a window of 0, otherwise over {@code window} − 1 on each side. */
    public static Scores bothSides(int headDim, int window) {
        return new Scores((float) (1 / Math.sqrt(headDim)), 0, window, false, true);
    }

    /** The first position that the token at {@code position} sees. */
    public int firstVisible(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }

    /** The first position behind the last one that the token at {@code position} sees in a text of {@code length} tokens. */
    public int endVisible(int position, int length) {
        if (!bothSides) {
            return position + 1;
        }
        return window == 0 ? length : Math.min(length, position + window);
    }
}
