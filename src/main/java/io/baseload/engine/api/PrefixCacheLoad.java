package io.baseload.engine.api;

/**
 * Statistics of a model's prefix cache since the model was loaded.
 *
 * @param lookedUp tokens of prompts that were looked up, each counted once for its request
 * @param found those of them that were in the cache
 * @param pages pages of prompts that it holds now, in use or not
 * @param evicted pages that it gave up because others needed the memory
 */
public record PrefixCacheLoad(long lookedUp, long found, int pages, long evicted) {}
