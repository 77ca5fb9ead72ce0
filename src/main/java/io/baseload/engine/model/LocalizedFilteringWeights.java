package io.baseload.engine.model;

import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.profile.Operator;

/**
 * The weights of localized filtering-based attention.
 *
 * @param first the first convolution as a matrix over a token's input and, before it, that of the token before: {@code [between × 2·hidden]}
 * @param second the second one, {@code [hidden × 2·between]}
 * @param norm of what leaves the filter
 */
record LocalizedFilteringWeights(
        LocalizedFiltering config, Linear first, Linear second, float[] norm, GroupedQueryWeights attention)
        implements BlockWeights {

    static LocalizedFilteringWeights load(Weights weights, int layer, LocalizedFiltering config, float epsilon) {
        String prefix = "layers." + layer + ".attention.filter.";
        int hidden = config.hidden();
        return new LocalizedFilteringWeights(
                config,
                Linear.load(weights, prefix + "first", config.between(), 2 * hidden, true)
                        .countedAs(Operator.CONVOLUTION),
                Linear.load(weights, prefix + "second", hidden, 2 * config.between(), true)
                        .countedAs(Operator.CONVOLUTION),
                weights.vector(prefix + "norm", hidden),
                GroupedQueryWeights.load(weights, layer, config.attention(), hidden, epsilon));
    }

    @Override
    public Block bind(Workspace workspace) {
        return new LocalizedFilteringAttention(this, workspace);
    }

    @Override
    public int widest() {
        return Math.max(first.cols(), attention.widest());
    }
}
