package io.baseload.engine.api;

/**
 * What a model's prefix cache has done since the model was loaded.
 *
 * @param lookedUp tokens of prompts that were looked up
 * @param found those of them that were there
 * @param pages pages of prompts that it holds at this moment, in use or not
 * @param evicted pages that it gave up because others needed the room
 */
public record PrefixCacheLoad(long lookedUp, long found, int pages, long evicted) {}
