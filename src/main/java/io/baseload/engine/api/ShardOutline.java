package io.baseload.engine.api;

import io.baseload.engine.api.ModelOutline.Use;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A model cut into shards.
 *
 * @param wholeBytes matrices of the uncut model
 * @param bytes matrices of each shard
 * @param sharedBytes those of them by which all rows are multiplied
 * @param expertBytes those of them that are experts'
 * @param heads query heads of each shard
 * @param kvBytesPerToken size of a token in the KV cache of each shard, all layers together
 * @param attendedBytesPerToken of that, keys and values
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
        List<Long> sharedBytes,
        List<Long> expertBytes,
        List<Integer> heads,
        List<Long> kvBytesPerToken,
        List<Long> attendedBytesPerToken,
        long replicatedBytes,
        long widenedBytes,
        List<String> replicated,
        List<String> widened,
        int collectives,
        Optional<String> fewer) {
    public ShardOutline {
        bytes = List.copyOf(bytes);
        sharedBytes = List.copyOf(sharedBytes);
        expertBytes = List.copyOf(expertBytes);
        heads = List.copyOf(heads);
        kvBytesPerToken = List.copyOf(kvBytesPerToken);
        attendedBytesPerToken = List.copyOf(attendedBytesPerToken);
        replicated = List.copyOf(replicated);
        widened = List.copyOf(widened);
    }

    /** The uncut model. */
    public static ShardOutline whole(ModelOutline model) {
        long all = Arrays.stream(Use.values()).mapToLong(model::bytes).sum();
        return new ShardOutline(
                1,
                all,
                List.of(all),
                List.of(model.bytes(Use.SHARED)),
                List.of(model.bytes(Use.EXPERT)),
                List.of(model.heads()),
                List.of(model.kvBytesPerToken()),
                List.of(model.attendedBytesPerToken()),
                0,
                0,
                List.of(),
                List.of(),
                0,
                Optional.empty());
    }
}
