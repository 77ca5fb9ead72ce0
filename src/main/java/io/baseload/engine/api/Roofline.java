package io.baseload.engine.api;

import io.baseload.engine.api.ModelOutline.Layers;
import java.util.List;

/**
 * A lower bound on the duration of a model's decode steps on this machine, after Williams, Waterman and Patterson (2009): a step takes at least as long as reading its weights and cache from
 * memory, and at least as long as multiplying them from CPU cache.
 *
 * @param sequences that share a step
 * @param bytesPerSecond memory bandwidth of all workers together
 * @param weightBytes weights that a step reads; of experts, the expected number if all are equally likely
 * @param kvBytesPerToken keys and values that a step reads for each token that its sequences see
 * @param layers by the number of tokens that they see
 * @param multiplySeconds duration of a step's linear layers with all weights in CPU cache
 */
public record Roofline(
        int sequences,
        double bytesPerSecond,
        long weightBytes,
        long kvBytesPerToken,
        List<Layers> layers,
        double multiplySeconds) {

    public Roofline {
        layers = List.copyOf(layers);
    }

    /** The shortest possible step if each sequence has {@code tokens} tokens. */
    public double stepSeconds(double tokens) {
        double bytes = weightBytes + sequences * Layers.seen(layers, tokens) * kvBytesPerToken;
        return Math.max(bytes / bytesPerSecond, multiplySeconds);
    }

    /** The highest possible rate of all sequences together, in tokens per second. */
    public double tokensPerSecond(double tokens) {
        return sequences / stepSeconds(tokens);
    }
}
