package io.baseload.engine.api;

import java.util.List;
import java.util.Optional;

/**
 * A model cut into shards.
 *
 * @param wholeBytes matrices of the uncut model
 * @param bytes matrices of each shard
 * @param kvBytesPerToken size of a token in the KV cache of each shard, all layers together
 * @param replicatedBytes the part of the matrices that another shard has too
 * @param widenedBytes the part of the matrices that is added because a cut goes through a quantized block or a nested scale
 * @param replicated kinds of matrices that several shards have
 * @param widened kinds of matrices to which such bytes are added
 * @param collectives all-reduces of a step; none with one shard
 * @param fewer why there are fewer shards than wanted, in words; empty if there aren't
 */
public record ShardOutline(
        int shards,
        long wholeBytes,
        List<Long> bytes,
        List<Long> kvBytesPerToken,
        long replicatedBytes,
        long widenedBytes,
        List<String> replicated,
        List<String> widened,
        int collectives,
        Optional<String> fewer) {
    public ShardOutline {
        bytes = List.copyOf(bytes);
        kvBytesPerToken = List.copyOf(kvBytesPerToken);
        replicated = List.copyOf(replicated);
        widened = List.copyOf(widened);
    }

    /**
     * The same model, uncut.
     *
     * @param kv size of a token in its KV cache
     */
    public ShardOutline whole(long kv) {
        return new ShardOutline(
                1, wholeBytes, List.of(wholeBytes), List.of(kv), 0, 0, List.of(), List.of(), 0, Optional.empty());
    }
}
