package io.baseload.engine.model;

import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;

/**
 * A shard of a model, or all of it.
 *
 * @param weights of its heads and widths; of the vocabulary those tokens that it has
 * @param kv for keys and values of its heads
 * @param memory for what it computes in
 */
public record ModelShard(DecoderWeights weights, KvPages kv, NativeMemory memory) {}
