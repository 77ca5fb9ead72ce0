package io.baseload.engine.api;

/**
 * The best that decode steps of a model can do on this machine, after Williams, Waterman and Patterson (2009): a step takes at least as long as reading what it
 * reads, and at least as long as multiplying it does from cache.
 *
 * @param sequences that share a step
 * @param bytesPerSecond that all workers together read from memory
 * @param weightBytes that a step reads; of experts those that are chosen, if each is as likely as any other
 * @param kvBytesPerToken that a step reads for each token which one of its sequences has so far
 * @param multiplySeconds that the workers take for a step's linear layers where all weights are in cache
 */
public record Roofline(
        int sequences, double bytesPerSecond, long weightBytes, long kvBytesPerToken, double multiplySeconds) {

    /** The least that a step can take whose sequences have so many tokens each. */
    public double stepSeconds(double tokens) {
        double bytes = weightBytes + sequences * tokens * kvBytesPerToken;
        return Math.max(bytes / bytesPerSecond, multiplySeconds);
    }

    /** The most tokens a second that all sequences together can have. */
    public double tokensPerSecond(double tokens) {
        return sequences / stepSeconds(tokens);
    }
}
