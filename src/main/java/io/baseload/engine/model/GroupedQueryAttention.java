package io.baseload.engine.model;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Rotary;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.Rows;
import java.util.Optional;

/**
 * Grouped-query attention (Ainslie et al., 2023) with rotary embedding:
 *
 * <pre>
 * q, k, v = Wq·x, Wk·x, Wv·x        q and k perhaps normed, then rotated for their position
 * out = Wo·attention(q, K, V)       K and V: the tokens of the sequence so far, as far as the window goes
 * </pre>
 */
final class GroupedQueryAttention implements Block {
    /** Prompt rows of one head that a worker attends with at once. */
    private static final int ATTENTION_ROWS = 16;

    private final int layer;
    private final GroupedQuery config;
    private final LinearStack projections;
    private final Linear output;
    private final Optional<HeadNorm> queryNorm;
    private final Optional<HeadNorm> keyNorm;
    private final Optional<Rotary> rotary;
    private final KvPages kv;
    private final AttentionOptions options;

    /** First position that each row sees. */
    private final int[] visible;

    private final Rows q;
    private final Rows k;
    private final Rows v;
    private final Rows attended;

    GroupedQueryAttention(GroupedQueryWeights weights, Workspace workspace) {
        config = weights.config();
        layer = weights.layer();
        Rows qkv = workspace.rows("qkv", config.queryWidth() + 2 * config.kvWidth());
        q = qkv.columns(0, config.queryWidth());
        k = qkv.columns(config.queryWidth(), config.kvWidth());
        v = qkv.columns(config.queryWidth() + config.kvWidth(), config.kvWidth());
        attended = workspace.rows("attended", config.queryWidth());
        projections =
                new LinearStack(new Linear[] {weights.query(), weights.key(), weights.value()}, new Rows[] {q, k, v});
        output = weights.output();
        queryNorm = weights.queryNorm().map(weight -> HeadNorm.of(q, weight, weights.epsilon()));
        keyNorm = weights.keyNorm().map(weight -> HeadNorm.of(k, weight, weights.epsilon()));
        rotary = config.rope().map(workspace.ropes()::table);
        kv = workspace.kv();
        options = new AttentionOptions(config.scores().scale(), config.scores().softCap(), weights.sinks());
        visible = workspace.visible();
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        projections.apply(worker, x);
        worker.await();
        remember(worker);
        worker.await();
        attendPrefill(worker);
        attendDecode(worker);
        worker.await();
        output.apply(worker, attended, out);
    }

    /** Norms and rotates queries and keys, and puts keys and values into their pages. */
    private void remember(Worker worker) {
        Batch batch = worker.batch;
        int end = worker.to(batch.rows());
        for (int row = worker.from(batch.rows()); row < end; row++) {
            int position = batch.position(row);
            visible[row] = config.scores().firstVisible(position);
            if (queryNorm.isPresent() && keyNorm.isPresent()) {
                queryNorm.get().apply(worker, row);
                keyNorm.get().apply(worker, row);
            }
            if (rotary.isPresent()) {
                worker.kernels.rotate(rotary.get(), q, row, position, config.headDim(), 0, config.heads());
                worker.kernels.rotate(rotary.get(), k, row, position, config.headDim(), 0, config.kvHeads());
            }
            kv.store(batch.table(row).page(position), layer, PageTable.slot(position), k, v, row);
        }
    }

    private void attendPrefill(Worker worker) {
        Batch batch = worker.batch;
        int unit = 0;
        for (int chunk = 0; chunk < batch.chunks(); chunk++) {
            for (int row = batch.chunkStart(chunk); row < batch.chunkStart(chunk + 1); row += ATTENTION_ROWS) {
                int to = Math.min(row + ATTENTION_ROWS, batch.chunkStart(chunk + 1));
                for (int kvHead = 0; kvHead < config.kvHeads(); kvHead++) {
                    if (unit++ % worker.workers() == worker.index()) {
                        attendPrefill(worker, row, to, kvHead);
                    }
                }
            }
        }
    }

    private void attendPrefill(Worker worker, int from, int to, int kvHead) {
        int group = config.heads() / config.kvHeads();
        worker.kernels.prefillAttention(
                kv,
                layer,
                worker.batch.table(from).pages(),
                worker.batch.position(from),
                visible,
                q,
                attended,
                from,
                to,
                kvHead * group,
                (kvHead + 1) * group,
                options,
                worker.scratch);
    }

    /** Shares out the heads of all decode rows, counted through. */
    private void attendDecode(Worker worker) {
        Batch batch = worker.batch;
        int heads = config.heads();
        int units = (batch.rows() - batch.prefillRows()) * heads;
        int end = worker.to(units);
        int unit = worker.from(units);
        while (unit < end) {
            int row = batch.prefillRows() + unit / heads;
            int first = unit % heads;
            int last = Math.min(heads, first + end - unit);
            worker.kernels.decodeAttention(
                    kv,
                    layer,
                    batch.table(row).pages(),
                    batch.position(row),
                    visible,
                    q,
                    attended,
                    row,
                    first,
                    last,
                    options,
                    worker.scratch);
            unit += last - first;
        }
    }
}
