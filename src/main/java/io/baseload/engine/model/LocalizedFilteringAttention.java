package io.baseload.engine.model;

import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.model.GroupedQueryAttention.GroupedQueryWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;

/**
 * Localized filtering-based attention (Wu et al., 2023): grouped-query attention whose queries and keys are computed from {@link LocalizedFilter}'s output, and whose values are computed
 * from x itself.
 */
final class LocalizedFilteringAttention implements Block {
    private final LocalizedFilter filter;
    private final LinearStack queriesAndKeys;
    private final Linear values;
    private final GroupedQueryAttention attention;

    LocalizedFilteringAttention(LocalizedFilteringWeights weights, Workspace workspace) {
        GroupedQueryWeights inner = weights.attention();
        filter = new LocalizedFilter(weights, workspace);
        attention = new GroupedQueryAttention(inner, workspace);
        queriesAndKeys =
                new LinearStack(new Linear[] {inner.query(), inner.key()}, new Rows[] {attention.q(), attention.k()});
        values = inner.value();
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        values.apply(worker, x, attention.v());
        queriesAndKeys.apply(worker, filter.run(worker, x));
        attention.attend(worker, out);
    }

    @Override
    public void accept(Batch batch, int row) {
        filter.accept(batch, row);
    }

    /**
     * The weights of localized filtering-based attention.
     *
     * @param first the first convolution as a matrix over a token's input and, before it, that of the token before: {@code [between × 2·hidden]}
     * @param second the second one, {@code [hidden × 2·between]}
     * @param norm norm of the filter's output
     */
    record LocalizedFilteringWeights(
            LocalizedFiltering config, Linear first, Linear second, Norm norm, GroupedQueryWeights attention)
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
                    Norm.rms(weights.vector(prefix + "norm", hidden), LocalizedFiltering.EPSILON),
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
}
