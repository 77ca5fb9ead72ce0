package io.baseload.engine.api;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How a token is chosen. Options are applied in this order: logit bias, presence and frequency penalties over the decoded tokens, temperature, top-k, top-p, min-p.
 *
 * @param temperature 0 = greedy
 * @param topP keep the likeliest tokens whose probabilities sum to at least this; 1 = all
 * @param topK keep this many tokens; 0 = all
 * @param minP keep tokens at least this fraction as likely as the likeliest; 0 = all
 * @param seed the same request and seed give the same tokens; empty = a new seed each time
 * @param logitBias added to the logits; −100 bans a token, 100 forces it
 */
public record SamplingOptions(
        float temperature,
        float topP,
        int topK,
        float minP,
        float presencePenalty,
        float frequencyPenalty,
        OptionalLong seed,
        Map<Integer, Float> logitBias) {

    public static SamplingOptions defaults() {
        return new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.empty(), Map.of());
    }

    public static SamplingOptions greedy() {
        return new SamplingOptions(0f, 1f, 0, 0f, 0f, 0f, OptionalLong.empty(), Map.of());
    }
}
