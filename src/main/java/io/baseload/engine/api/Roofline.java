package io.baseload.engine.api;

/**
 * A lower bound on the duration of a model's decode steps on this machine, after Williams, Waterman and Patterson (2009): a step takes at least as long as reading its weights and cache from
 * memory, and at least as long as multiplying them from CPU cache.
 *
 * @param sequences that share a step
 * @param bytesPerSecond memory bandwidth of all workers together
 * @param weightBytes weights that a step reads; of experts, the expected number if all are equally likely
 * @param kvBytesPerToken cache that a step reads for each token of its sequences so far
 * @param multiplySeconds duration of a step's linear layers with all weights in CPU cache
 */
public record Roofline(
        int sequences, double bytesPerSecond, long weightBytes, long kvBytesPerToken, double multiplySeconds) {

    /** The shortest possible step if each sequence has {@code tokens} tokens. */
    public double stepSeconds(double tokens) {
        double bytes = weightBytes + sequences * tokens * kvBytesPerToken;
        return Math.max(bytes / bytesPerSecond, multiplySeconds);
    }

    /** The highest possible rate of all sequences together, in tokens per second. */
    public double tokensPerSecond(double tokens) {
        return sequences / stepSeconds(tokens);
    }
}
