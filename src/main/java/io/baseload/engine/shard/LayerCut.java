package io.baseload.engine.shard;

import io.baseload.engine.tensor.IndexRange;
import java.util.List;

/**
 * How one layer is cut, with a range for each shard.
 *
 * @param heads query heads
 * @param kvHeads heads of keys and values; shards that have query heads of the same one all have it
 * @param between channels between the two convolutions of a filter; empty where there is none
 * @param width outputs of gate and up, of each expert in a mixture
 * @param shared those of the shared expert; empty where there is none
 */
record LayerCut(
        List<IndexRange> heads,
        List<IndexRange> kvHeads,
        List<IndexRange> between,
        List<IndexRange> width,
        List<IndexRange> shared) {}
