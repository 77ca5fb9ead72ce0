package io.baseload.engine.shard;

import io.baseload.engine.quant.PanelSlices;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Where widths and heads are cut. */
final class Cuts {
    /** Columns of prompts that share a step of their 8 bits: cut there, a part's are those of the whole. */
    private static final int PROMPT_GROUP = 64;

    /** How much larger the largest part may be than it would be if all were equal. */
    private static final double UNEVEN = 1.125;

    private Cuts() {}

    /** So many units, as evenly as they go. */
    static List<IndexRange> even(int units, int shards) {
        List<IndexRange> ranges = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            ranges.add(new IndexRange(from(units, shard, shards), from(units, shard + 1, shards)));
        }
        return ranges;
    }

    private static int from(int units, int shard, int shards) {
        return (int) ((long) units * shard / shards);
    }

    /** Each range, of as many parts of {@code unit} each. */
    static List<IndexRange> times(List<IndexRange> ranges, int unit) {
        return ranges.stream()
                .map(range -> new IndexRange(range.from() * unit, range.to() * unit))
                .toList();
    }

    /**
     * The inputs of a matrix: at the largest unit of those that keep most of how it is packed and leave the parts even. In this order: where a nested scale ends, where a block ends, at
     * whole panels of the layers that make them, anywhere.
     */
    static List<IndexRange> inputs(Packing packing, int width, int shards) {
        int block = packing.block();
        int nested = packing.scales().nested() ? block * PackedMatrix.NESTED_BLOCKS : block;
        int panel = PackedMatrix.LANES;
        int[] units = {
            common(nested, PROMPT_GROUP),
            common(nested, panel),
            common(block, PROMPT_GROUP),
            common(block, panel),
            panel
        };
        for (int unit : units) {
            if (width % unit == 0 && even(width / unit, unit, width, shards)) {
                return times(even(width / unit, shards), unit);
            }
        }
        return even(width, shards);
    }

    private static boolean even(int count, int unit, int width, int shards) {
        return Math.ceilDiv(count, shards) * (double) unit <= UNEVEN * width / shards;
    }

    private static int common(int a, int b) {
        int large = Math.max(a, b);
        int multiple = large;
        while (multiple % a != 0 || multiple % b != 0) {
            multiple += large;
        }
        return multiple;
    }

    /** What parts of a matrix that are cut at these columns are packed as: as the matrix is, if no scale and no block is cut. */
    static Packing packing(Packing packing, List<IndexRange> cols) {
        int nested = packing.block() * PackedMatrix.NESTED_BLOCKS;
        if (packing.scales().nested() && !borders(cols, nested)) {
            return packing(PanelSlices.unnested(packing), cols);
        }
        return borders(cols, packing.block()) ? packing : Packing.F32;
    }

    private static boolean borders(List<IndexRange> cols, int unit) {
        return cols.stream().allMatch(range -> range.from() % unit == 0);
    }

    /** What parts of a matrix that are cut at these rows are packed as. */
    static Packing outputs(Packing packing, List<IndexRange> rows) {
        return borders(rows, PackedMatrix.LANES) ? packing : PanelSlices.unnested(packing);
    }

    /** Query heads: whole groups that share a KV head, unless there are fewer of these than shards; then some shards have parts of the same group, or, where there are fewer heads, none. */
    static List<IndexRange> heads(int heads, int kvHeads, int shards) {
        if (heads < shards) {
            return IntStream.range(0, shards)
                    .mapToObj(shard -> new IndexRange(Math.min(shard, heads), Math.min(shard + 1, heads)))
                    .toList();
        }
        int group = heads / kvHeads;
        if (kvHeads >= shards) {
            return times(even(kvHeads, shards), group);
        }
        List<IndexRange> ranges = new ArrayList<>();
        for (int kv = 0; kv < kvHeads; kv++) {
            int sharing = from(shards, kv + 1, kvHeads) - from(shards, kv, kvHeads);
            for (IndexRange part : even(group, sharing)) {
                ranges.add(new IndexRange(kv * group + part.from(), kv * group + part.to()));
            }
        }
        return ranges;
    }

    /** The KV heads that these query heads need. */
    static List<IndexRange> kvHeads(List<IndexRange> heads, int group) {
        return heads.stream()
                .map(range -> range.size() == 0
                        ? new IndexRange(0, 0)
                        : new IndexRange(range.from() / group, Math.ceilDiv(range.to(), group)))
                .toList();
    }
}
