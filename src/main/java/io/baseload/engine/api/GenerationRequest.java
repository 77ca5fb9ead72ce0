package io.baseload.engine.api;

import java.util.Optional;
import java.util.Set;

/**
 * A prompt, and how to continue it.
 *
 * @param prompt token ids
 * @param maxTokens the most tokens to decode; 0 computes only the prompt
 * @param stopTokens ids that end the answer; they are counted and passed to the sink
 * @param topLogprobs the number of likeliest tokens to report for each token; −1 = no log-probabilities at all
 * @param promptLogprobs whether log-probabilities of the prompt's tokens are reported too
 * @param mask restricts the answer's tokens before sampling options apply; used by this request only
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

    /** A request for {@code maxTokens} greedy tokens, without a lease. */
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
