package io.baseload.engine.model;

import io.baseload.engine.tensor.Rows;

/**
 * Localized filtering-based attention (Wu et al., 2023): grouped-query attention whose queries and keys are made of what {@link LocalizedFilter} makes of x, and
 * whose values are made of x itself.
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
}
