package io.baseload.engine.api;

import java.util.List;

/** The memory that a model would take if it were loaded, for capacity planning. */
@FunctionalInterface
public interface MemoryOutline {
    /**
     * The memory of each shard if the model is loaded for {@code sequences} sequences of {@code context} tokens: as much as {@link Engine#estimate} says for these, without the source's
     * weights that a load in several shards keeps for a moment.
     *
     * @param context at most the model's context length
     */
    List<MemoryEstimate> shards(int sequences, int context);
}
