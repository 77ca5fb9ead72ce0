package io.baseload.engine.shard;

import io.baseload.engine.tensor.IndexRange;
import java.util.List;

/**
 * The cut of one layer, with a range for each shard.
 *
 * @param heads query heads
 * @param kvHeads heads of keys and values; shards with query heads of the same one all have it
 * @param between channels between the two convolutions of a filter; empty if there is none
 * @param width outputs of gate and up; in a mixture, of each expert
 * @param shared those of the shared expert; empty if there is none
 */
record LayerCut(
        List<IndexRange> heads,
        List<IndexRange> kvHeads,
        List<IndexRange> between,
        List<IndexRange> width,
        List<IndexRange> shared) {}
