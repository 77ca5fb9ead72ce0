package io.baseload.engine.api;

import java.util.List;

/**
 * A model cut into shards.
 *
 * @param wholeBytes matrices of the model as one
 * @param bytes matrices of each shard
 * @param replicatedBytes of these, copies of what another shard has too
 * @param widenedBytes of these, what parts take more because a cut goes through a quantized block or a nested scale
 * @param replicated kinds of matrices of which shards have copies
 * @param widened kinds of matrices whose parts take more
 * @param collectives all-reduces of a step; none where there is one shard
 */
public record ShardOutline(
        int shards,
        long wholeBytes,
        List<Long> bytes,
        long replicatedBytes,
        long widenedBytes,
        List<String> replicated,
        List<String> widened,
        int collectives) {
    public ShardOutline {
        bytes = List.copyOf(bytes);
        replicated = List.copyOf(replicated);
        widened = List.copyOf(widened);
    }

    /** The same model as one shard. */
    public ShardOutline whole() {
        return new ShardOutline(1, wholeBytes, List.of(wholeBytes), 0, 0, List.of(), List.of(), 0);
    }
}
