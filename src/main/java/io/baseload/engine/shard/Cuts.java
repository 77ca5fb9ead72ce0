package io.baseload.engine.shard;

import io.baseload.engine.quant.PanelSlices;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Computes where widths and heads are cut. */
final class Cuts {
    /** Columns of prompts that share a scale of their 8-bit codes: with cuts at multiples of it, a part's codes are those of the whole. */
    private static final int PROMPT_GROUP = 64;

    /** The largest allowed ratio of the largest part to an equal part. */
    private static final double MAX_RATIO = 1.125;

    private Cuts() {}

    /** Divides {@code units} units as evenly as possible. */
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

    /** Each range, multiplied by {@code unit}. */
    static List<IndexRange> times(List<IndexRange> ranges, int unit) {
        return ranges.stream()
                .map(range -> new IndexRange(range.from() * unit, range.to() * unit))
                .toList();
    }

    /**
     * Cuts the inputs of a matrix at multiples of the first of these units for which parts are even enough: groups of blocks with a nested scale, blocks, whole panels of the layers that
     * compute the inputs, single columns. So the packing is preserved as far as possible. Each part has at least one of the unit: no shard can do without inputs.
     *
     * @param width at least as many as shards
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
            if (width % unit == 0 && width / unit >= shards && even(width / unit, unit, width, shards)) {
                return times(even(width / unit, shards), unit);
            }
        }
        return even(width, shards);
    }

    private static boolean even(int count, int unit, int width, int shards) {
        return Math.ceilDiv(count, shards) * (double) unit <= MAX_RATIO * width / shards;
    }

    private static int common(int a, int b) {
        int large = Math.max(a, b);
        int multiple = large;
        while (multiple % a != 0 || multiple % b != 0) {
            multiple += large;
        }
        return multiple;
    }

    /** The packing of a matrix's parts that are cut at these columns: that of the matrix, if no scale and no block is cut. */
    static Packing packing(Packing packing, List<IndexRange> cols) {
        int nested = packing.block() * PackedMatrix.NESTED_BLOCKS;
        if (packing.scales().nested() && !borders(cols, nested)) {
            return packing(PanelSlices.unnested(packing), cols);
        }
        return borders(cols, packing.block()) ? packing : Packing.F32;
    }

    private static boolean borders(List<IndexRange> cols, int unit) {
        for (IndexRange range : cols) { // of each of some ten thousand matrices for each shard
            if (range.from() % unit != 0) {
                return false;
            }
        }
        return true;
    }

    /** The packing of a matrix's parts that are cut at these rows. */
    static Packing outputs(Packing packing, List<IndexRange> rows) {
        return borders(rows, PackedMatrix.LANES) ? packing : PanelSlices.unnested(packing);
    }

    /** Cuts query heads: whole groups that share a KV head, unless there are fewer groups than shards. Then some shards have parts of the same group or, if there are fewer heads than shards, none. */
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
