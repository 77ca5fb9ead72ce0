package io.baseload.engine.api;

/**
 * The current load of a model.
 *
 * @param active sequences that take part in steps
 * @param queued requests that wait for admission
 * @param kvTokensUsed capacity of the KV cache's pages in use, in tokens; prompts that are only kept for later requests don't count
 * @param kvTokens capacity of the whole KV cache, in tokens
 * @param preemptions sequences that lost their pages to others and started again, since the model was loaded
 * @param prefixes statistics of the prefix cache
 * @param speculation statistics of speculation
 * @param memory the model's memory
 * @param kernels the kernels that compute its linear layers
 * @param shards the parts that it is cut into; 1 for an encoder
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
        KernelTiers kernels,
        int shards) {}
