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
import io.baseload.engine.config.QueryKeyNorm;

/** The number of barriers in a decode step of few rows, each of them longer than a span: 6 in a layer of Llama, 10 of Yuan2.0, 14 of Yuan2.0-M32, and one more if a row's attention is split. */
public final class StepBarriers {
    /** After the embedding and before the logits. */
    private static final int ENDS = 2;

    /** After each of a layer's two blocks. */
    private static final int BLOCKS = 2;

    private StepBarriers() {}

    public static int count(ModelConfig config) {
        int norms = config.norms().after() ? BLOCKS : 0;
        int spans = config.layers().size();
        return ENDS
                + spans
                + config.layers().stream()
                        .mapToInt(layer -> BLOCKS + norms + count(layer))
                        .sum();
    }

    /** The number of all-reduces in a step: after both blocks of each layer, after its filter, and before norms of queries and keys over all heads. */
    public static int allReduces(ModelConfig config) {
        return config.layers().stream()
                .mapToInt(layer -> BLOCKS + within(layer.attention()))
                .sum();
    }

    private static int within(AttentionConfig attention) {
        return switch (attention) {
            case GroupedQuery grouped -> grouped.norm() instanceof QueryKeyNorm.Projection ? 1 : 0;
            case LocalizedFiltering filtering -> 1 + within(filtering.attention());
            case Latent latent -> 0;
        };
    }

    private static int count(LayerConfig layer) {
        return attention(layer.attention()) + feedForward(layer.feedForward());
    }

    private static int attention(AttentionConfig attention) {
        return switch (attention) {
            case GroupedQuery grouped -> 3;
            case LocalizedFiltering filtering -> 4 + attention(filtering.attention());
            case Latent latent -> latent.queryRank() > 0 ? 5 : 4;
        };
    }

    private static int feedForward(FeedForwardConfig feedForward) {
        return switch (feedForward) {
            case Gated gated -> 1;
            case Dense dense -> 1;
            case Experts experts -> experts.sharedWidth() > 0 ? 6 : 5;
        };
    }
}
