package io.baseload.engine.shard;

import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.tensor.IndexRange;
import java.util.ArrayList;
import java.util.List;

/** The cut of a weight, with a range for each shard. */
sealed interface WeightCut {
    Whole WHOLE = new Whole();

    /** Each shard has the whole weight. */
    record Whole() implements WeightCut {}

    /** By rows. */
    record Outputs(List<IndexRange> ranges) implements WeightCut {}

    /**
     * By columns. A bias of such a layer is added once, by the first shard.
     *
     * @param repeated number of copies of the inputs, side by side: 2 in a convolution over two tokens
     * @param width number of inputs in one copy
     */
    record Inputs(List<IndexRange> ranges, int repeated, int width) implements WeightCut {
        List<IndexRange> pieces(IndexRange range) {
            List<IndexRange> pieces = new ArrayList<>();
            for (int i = 0; i < repeated; i++) {
                pieces.add(new IndexRange(i * width + range.from(), i * width + range.to()));
            }
            return pieces;
        }

        /** All ranges of all shards. */
        List<IndexRange> borders() {
            return repeated == 1
                    ? ranges
                    : ranges.stream().flatMap(range -> pieces(range).stream()).toList();
        }
    }

    /**
     * A head's own matrix, which only the shard of the head has.
     *
     * @param own the head's index in the shard
     */
    record Head(int shard, int head, int own) implements WeightCut {
        String rename(String name) {
            return name.replace(".heads." + head + ".", ".heads." + own + ".");
        }
    }

    /** @param name the name within the layer; a bias is cut like the outputs of its layer */
    static WeightCut of(String name, LayerConfig layer, LayerCut cut) {
        if (name.startsWith("attention.")) {
            return attention(name.substring("attention.".length()), layer.attention(), cut);
        }
        if (name.startsWith("feed_forward.") && !name.contains(".router")) {
            List<IndexRange> width = name.contains(".shared.") ? cut.shared() : cut.width();
            String matrix = name.endsWith(".bias") ? name.substring(0, name.length() - ".bias".length()) : name;
            if (matrix.endsWith(".gate") || matrix.endsWith(".up")) {
                return new Outputs(width);
            }
            if (matrix.endsWith(".down")) {
                return inputs(width, 1);
            }
        }
        return WHOLE;
    }

    private static WeightCut attention(String name, AttentionConfig config, LayerCut cut) {
        return switch (config) {
            case GroupedQuery grouped -> grouped(name, grouped, cut);
            case LocalizedFiltering filtering ->
                switch (name) {
                    case "filter.first", "filter.first.bias" -> new Outputs(cut.between());
                    case "filter.second", "filter.second.bias" -> inputs(cut.between(), 2);
                    default -> grouped(name, filtering.attention(), cut);
                };
            case Latent latent -> latent(name, latent, cut);
        };
    }

    private static WeightCut grouped(String name, GroupedQuery config, LayerCut cut) {
        return switch (name) {
            case "query", "query.bias" -> new Outputs(Cuts.times(cut.heads(), config.headDim()));
            case "key", "key.bias", "value", "value.bias" -> new Outputs(Cuts.times(cut.kvHeads(), config.headDim()));
            case "output", "output.bias" -> inputs(Cuts.times(cut.heads(), config.headDim()), 1);
            case "sinks" -> new Outputs(cut.heads());
            case "query_norm" -> norm(config, cut.heads());
            case "key_norm" -> norm(config, cut.kvHeads());
            default -> WHOLE;
        };
    }

    /** A norm of each head has the same weights for all heads. */
    private static WeightCut norm(GroupedQuery config, List<IndexRange> heads) {
        return config.norm() instanceof QueryKeyNorm.Projection
                ? new Outputs(Cuts.times(heads, config.headDim()))
                : WHOLE;
    }

    private static WeightCut latent(String name, Latent config, LayerCut cut) {
        if (name.startsWith("heads.")) {
            int head = Integer.parseInt(name.substring("heads.".length(), name.indexOf('.', "heads.".length())));
            int shard = 0;
            while (cut.heads().get(shard).to() <= head) {
                shard++;
            }
            return new Head(shard, head, head - cut.heads().get(shard).from());
        }
        return switch (name) {
            case "query" -> new Outputs(Cuts.times(cut.heads(), config.queryDim()));
            case "output", "output.bias" -> inputs(Cuts.times(cut.heads(), config.headValueDim()), 1);
            default -> WHOLE;
        };
    }

    private static Inputs inputs(List<IndexRange> ranges, int repeated) {
        return new Inputs(ranges, repeated, ranges.getLast().to());
    }
}
