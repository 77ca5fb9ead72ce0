package io.baseload.engine.model;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Rotary;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;
import java.util.Optional;

/**
 * Grouped-query attention (Ainslie et al., 2023) with rotary embedding:
 *
 * <pre>
 * q, k, v = Wq·x, Wk·x, Wv·x        q and k normed in some models, then rotated for their position
 * out = Wo·attention(q, K, V)       K and V: the tokens of the sequence so far, within the window
 * </pre>
 */
final class GroupedQueryAttention implements Block {
    private final int layer;
    private final GroupedQuery config;
    private final LinearStack projections;
    private final Linear output;
    private final QueryKeyNorms norms;
    private final Optional<RopeTable> rope;
    private final KvPages kv;
    private final int[] visible;
    private final int[] ends;
    private final Rows q;
    private final Rows k;
    private final Rows v;
    private final PagedAttention attention;

    GroupedQueryAttention(GroupedQueryWeights weights, Workspace workspace) {
        config = weights.config();
        layer = workspace.layer(weights.layer());
        Rows qkv = workspace.rows("qkv", config.queryWidth() + 2 * config.kvWidth());
        q = qkv.columns(0, config.queryWidth());
        k = qkv.columns(config.queryWidth(), config.kvWidth());
        v = qkv.columns(config.queryWidth() + config.kvWidth(), config.kvWidth());
        projections =
                new LinearStack(new Linear[] {weights.query(), weights.key(), weights.value()}, new Rows[] {q, k, v});
        output = weights.output();
        norms = QueryKeyNorms.of(weights, q, k, workspace);
        rope = config.rope().map(workspace.ropes()::table);
        kv = workspace.kv();
        visible = workspace.visible();
        ends = workspace.ends();
        var options =
                new AttentionOptions(config.scores().scale(), config.scores().softCap(), weights.sinks());
        Rows attended = workspace.rows("attended", config.queryWidth());
        attention =
                new PagedAttention(new Attention(kv, layer, options, visible, ends, q, attended), workspace.parts());
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        projections.apply(worker, x);
        Batch batch = worker.batch;
        int end = worker.to(batch.rows());
        for (int row = worker.from(batch.rows()); row < end; row++) {
            visible[row] = config.scores().firstVisible(batch.position(row));
        }
        attend(worker, out);
    }

    Rows q() {
        return q;
    }

    Rows k() {
        return k;
    }

    Rows v() {
        return v;
    }

    /** The part after queries, keys and values have been computed and the first visible positions set. */
    void attend(Worker worker, Rows out) {
        worker.await();
        norms.begin(worker);
        remember(worker);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        attention.run(worker);
        worker.did(Operator.ATTENTION);
        worker.await();
        output.apply(worker, attention.attention().out(), out);
    }

    /** Norms and rotates queries and keys, stores keys and values in their pages, and sets the end of the range that each row sees. */
    private void remember(Worker worker) {
        Batch batch = worker.batch;
        int end = worker.to(batch.rows());
        for (int row = worker.from(batch.rows()); row < end; row++) {
            int position = batch.position(row);
            ends[row] = config.scores().endVisible(position, batch.length(row));
            norms.apply(worker, row);
            if (rope.isPresent()) {
                Rotary rotary = rope.get().of(batch.length(row));
                worker.kernels.rotate(rotary, q, row, config.headDim(), 0, config.heads());
                worker.kernels.rotate(rotary, k, row, config.headDim(), 0, config.kvHeads());
            }
            kv.store(batch.table(row).page(position), layer, PageTable.slot(position), k, v, row);
        }
    }

    /**
     * The weights of grouped-query attention.
     *
     * @param queryNorm empty for none
     * @param keyNorm empty for none
     * @param sinks one for each head, or empty
     */
    record GroupedQueryWeights(
            int layer,
            GroupedQuery config,
            float epsilon,
            Linear query,
            Linear key,
            Linear value,
            Linear output,
            float[] queryNorm,
            float[] keyNorm,
            float[] sinks)
            implements BlockWeights {
        private static final float[] NO_VECTOR = {};

        static GroupedQueryWeights load(Weights weights, int layer, GroupedQuery config, int hidden, float epsilon) {
            String prefix = "layers." + layer + ".attention.";
            boolean bias = config.bias();
            return new GroupedQueryWeights(
                    layer,
                    config,
                    epsilon,
                    Linear.load(weights, prefix + "query", config.queryWidth(), hidden, bias),
                    Linear.load(weights, prefix + "key", config.kvWidth(), hidden, bias),
                    Linear.load(weights, prefix + "value", config.kvWidth(), hidden, bias),
                    Linear.load(weights, prefix + "output", hidden, config.queryWidth(), config.outputBias()),
                    norm(weights, prefix + "query_norm", config, config.queryWidth()),
                    norm(weights, prefix + "key_norm", config, config.kvWidth()),
                    config.scores().sinks() ? weights.vector(prefix + "sinks", config.heads()) : NO_VECTOR);
        }

        private static float[] norm(Weights weights, String name, GroupedQuery config, int width) {
            return switch (config.norm()) {
                case QueryKeyNorm.None none -> NO_VECTOR;
                case QueryKeyNorm.Head head -> weights.vector(name, config.headDim());
                case QueryKeyNorm.Projection all -> weights.vector(name, width);
            };
        }

        @Override
        public Block bind(Workspace workspace) {
            return new GroupedQueryAttention(this, workspace);
        }

        @Override
        public int widest() {
            return Math.max(query.cols(), output.cols());
        }
    }
}
