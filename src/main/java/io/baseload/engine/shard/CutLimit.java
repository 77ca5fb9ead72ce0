package io.baseload.engine.shard;

import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The most shards into which a model can be cut, and why.
 *
 * @param what the model's parts of which each shard needs one
 */
record CutLimit(int parts, String what) {
    static CutLimit of(ModelConfig config) {
        Stream<CutLimit> vocabulary =
                Stream.of(new CutLimit(PackedMatrix.panels(config.vocabulary()), "panels of tokens"));
        return Stream.concat(vocabulary, config.layers().stream().flatMap(CutLimit::of))
                .min(Comparator.comparingInt(CutLimit::parts))
                .orElseThrow();
    }

    private static Stream<CutLimit> of(LayerConfig layer) {
        return Stream.concat(of(layer.attention()), widths(layer).mapToObj(CutLimit::channels));
    }

    /** Shards without heads are possible with grouped queries alone. */
    private static Stream<CutLimit> of(AttentionConfig attention) {
        return attention instanceof GroupedQuery
                ? Stream.empty()
                : Stream.of(new CutLimit(attention.heads(), "query heads"));
    }

    private static IntStream widths(LayerConfig layer) {
        IntStream filter =
                layer.attention() instanceof LocalizedFiltering some ? IntStream.of(some.between()) : IntStream.empty();
        IntStream feedForward = switch (layer.feedForward()) {
            case Gated gated -> IntStream.of(gated.width());
            case Dense dense -> IntStream.of(dense.width());
            case Experts experts ->
                IntStream.of(experts.width(), experts.sharedWidth()).filter(width -> width > 0);
        };
        return IntStream.concat(filter, feedForward);
    }

    private static CutLimit channels(int count) {
        return new CutLimit(count, "inner channels");
    }

    /** The largest number of shards that divides {@code shards} and is possible. */
    int divisor(int shards) {
        return IntStream.rangeClosed(1, Math.min(parts, shards))
                .filter(some -> shards % some == 0)
                .max()
                .orElseThrow();
    }
}
