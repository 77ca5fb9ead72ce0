package io.baseload.engine.api;

import java.util.Optional;
import java.util.Set;

/**
 * What to generate.
 *
 * @param prompt token ids
 * @param maxTokens tokens to decode at most; 0 computes the prompt only
 * @param stopTokens ids that end the answer; they are counted and given to the sink
 * @param topLogprobs how many of the likeliest tokens to report for each token; −1 = no log-probabilities at all
 * @param promptLogprobs whether log-probabilities of the prompt's own tokens are reported too
 * @param mask what the answer's tokens are held to, before anything else decides on them; serves this request only
 * @param lease asked before each decoded token
 */
public record GenerationRequest(
        int[] prompt,
        int maxTokens,
        SamplingOptions sampling,
        Set<Integer> stopTokens,
        int topLogprobs,
        boolean promptLogprobs,
        Optional<TokenMask> mask,
        Lease lease,
        FlowId flow,
        CacheScope scope) {

    /** A request for {@code maxTokens} greedy tokens, on nobody's account. */
    public static GenerationRequest greedy(int[] prompt, int maxTokens) {
        return new GenerationRequest(
                prompt,
                maxTokens,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                false,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
    }
}
