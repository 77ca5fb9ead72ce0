package io.baseload.engine.api;

/**
 * What a loaded model is doing at this moment.
 *
 * @param active sequences that take part in steps
 * @param queued requests that wait for admission
 * @param kvTokensUsed tokens that the KV cache's pages in use can hold; those of prompts that are only kept for later don't count
 * @param kvTokens tokens that the whole KV cache can hold
 * @param preemptions sequences that lost their pages to others since the model was loaded, and began again
 * @param prefixes what the prefix cache has done
 * @param speculation what speculation has done
 * @param memory bytes outside the heap that the model holds
 * @param kernels what computes its linear layers
 */
public record ModelLoad(
        int active,
        int queued,
        long kvTokensUsed,
        long kvTokens,
        long preemptions,
        PrefixCacheLoad prefixes,
        SpeculationLoad speculation,
        MemoryEstimate memory,
        KernelTiers kernels) {}
