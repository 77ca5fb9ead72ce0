package io.baseload.engine.model;

import io.baseload.engine.config.AttentionConfig;
import io.baseload.engine.config.Dense;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling.LongRope;
import java.util.stream.Stream;

/**
 * The Java heap for a shard's steps: the rows that blocks request from their {@link Workspace}, those of the residual stream, logits, and each worker's copies of few rows.
 *
 * @param shards of the whole model
 */
public record Activations(ModelConfig config, StepLimits limits, int shards) {
    /** Rows of the residual stream: x, its norm, and the outputs of both blocks. */
    private static final int STREAMS = 4;

    /** Numbers of a row that all layers share if they are as many. */
    private record Use(String name, long numbers) {}

    /** The heap in bytes. */
    public long bytes() {
        long hidden = config.hidden();
        long outputs = config.encoder().isPresent()
                ? limits.chunks() * (2 * hidden + 1)
                : limits.logits() * (hidden + config.vocabulary());
        long rows = limits.rows() * (stream() + blocks() + ropes() + choices());
        long copies = (long) limits.workers() * Worker.MAX_NORM_ROWS * (hidden + compressed());
        return Float.BYTES * (rows + outputs + copies);
    }

    private long stream() {
        boolean sums = shards > 1 && config.norms().after() && !config.norms().ofSum();
        return (long) config.hidden() * (sums ? STREAMS + 1 : STREAMS);
    }

    private long blocks() {
        return config.layers().stream()
                .flatMap(layer -> Stream.concat(uses(layer.attention()), uses(layer.feedForward())))
                .distinct()
                .mapToLong(Use::numbers)
                .sum();
    }

    private static Stream<Use> uses(AttentionConfig attention) {
        return switch (attention) {
            case GroupedQuery grouped when grouped.heads() == 0 -> Stream.of();
            case GroupedQuery grouped ->
                Stream.of(
                        new Use("qkv", grouped.queryWidth() + 2L * grouped.kvWidth()),
                        new Use("attended", grouped.queryWidth()));
            case Latent latent -> {
                long head = (long) latent.queryDim() + latent.keyDim() + latent.latentDim() + latent.headValueDim();
                yield Stream.of(
                        new Use("latent heads", latent.heads() * head),
                        new Use("compressed query", latent.queryRank()),
                        new Use("latent key", latent.keyDim()));
            }
            case LocalizedFiltering filtering -> {
                long states = 2L * filtering.stateWidth();
                long filtered = 4L * filtering.hidden() + 2L * filtering.between();
                yield Stream.concat(uses(filtering.attention()), Stream.of(new Use("filter", states + filtered)));
            }
        };
    }

    private Stream<Use> uses(FeedForwardConfig feedForward) {
        return switch (feedForward) {
            case Gated gated -> gated(gated.width());
            case Dense dense -> Stream.of(new Use("up", dense.width()));
            case Experts experts -> {
                long places = experts.routing().chosen() * (config.hidden() + 2L * experts.width());
                yield Stream.concat(
                        gated(experts.sharedWidth()),
                        Stream.of(new Use("experts", experts.routing().outputs() + places)));
            }
        };
    }

    private static Stream<Use> gated(long width) {
        return Stream.of(new Use("gate", width), new Use("up", width));
    }

    /** Columns of compressed queries, of which workers have copies too. */
    private long compressed() {
        return config.layers().stream()
                .map(LayerConfig::attention)
                .filter(Latent.class::isInstance)
                .mapToLong(attention -> ((Latent) attention).queryRank())
                .distinct()
                .sum();
    }

    /** Cosines and sines. */
    private long ropes() {
        return config.layers().stream()
                .flatMap(layer -> layer.attention().rotation().stream())
                .distinct()
                .mapToLong(rope -> 2L * rope.dimensions() * tables(rope))
                .sum();
    }

    private int tables(Rope rope) {
        return rope.scaling() instanceof LongRope scaling && limits.contextLength() > scaling.original() ? 2 : 1;
    }

    /** Each layer of experts has the chosen ones and their factors, and each worker their places. */
    private long choices() {
        return config.layers().stream()
                .map(LayerConfig::feedForward)
                .filter(Experts.class::isInstance)
                .mapToLong(layer -> ((Experts) layer).routing().chosen() * (2L + limits.workers()))
                .sum();
    }
}
