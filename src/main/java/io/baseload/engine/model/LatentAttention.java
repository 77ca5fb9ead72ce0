package io.baseload.engine.model;

import io.baseload.engine.config.Latent;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Rotary;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Multi-head latent attention (DeepSeek-AI, 2024). With c the latent vector of a token and r its rotated key, head h has the key [Wk_h·c ; r] and the value Wv_h·c.
 * Neither is ever computed: since q·(Wk_h·c) = (Wk_hᵀ·q)·c and Σ p·(Wv_h·c) = Wv_h·Σ p·c, queries are mapped to the latent space and results from it, and the cache contains only c and r, as
 * one KV head that all query heads share: its key is [r ; c], and its value is the end of the key.
 * Chunks of many rows are computed in this way too, though it takes more operations for them: with a second way, a row's bits would depend on the length of its chunk, and so on the load.
 *
 * <pre>
 * [q_h ; s_h] = Wq_h·rms(Wc·x)              or Wq_h·x; s_h is rotated
 * [r ; c]     = Wl·x                        r is rotated, c = rms(c)
 * m_h         = attention([s_h ; Wk_hᵀ·q_h], [r ; c], c)
 * out         = Wo·[Wv_h·m_h for all h]
 * </pre>
 */
final class LatentAttention implements Block {
    private final LatentWeights weights;
    private final Latent config;
    private final RopeTable rope;
    private final KvPages kv;
    private final int[] visible;
    private final int[] ends;
    private final PerHead intoLatent;
    private final PerHead outOfLatent;
    private final PagedAttention attention;
    private final Rows compressed;

    /** Each worker's own copy of few rows of it. */
    private final Rows[] few;

    private final Rows raw;
    private final Rows q;
    private final Rows key;
    private final Rows latent;
    private final Rows values;

    LatentAttention(LatentWeights weights, Workspace workspace) {
        this.weights = weights;
        config = weights.config();
        rope = workspace.ropes().table(config.rope());
        kv = workspace.kv();
        visible = workspace.visible();
        ends = workspace.ends();
        int heads = config.heads();
        compressed = workspace.rows("compressed query", config.queryRank());
        few = IntStream.range(0, workspace.limits().workers())
                .mapToObj(worker ->
                        workspace.rows("compressed query " + worker, Worker.MAX_NORM_ROWS, config.queryRank()))
                .toArray(Rows[]::new);
        raw = workspace.rows("raw query", heads * config.queryDim());
        q = workspace.rows("latent query", heads * config.keyDim());
        key = workspace.rows("latent key", config.keyDim());
        latent = key.columns(config.rope().dimensions(), config.latentDim());
        Rows mixed = workspace.rows("latent mix", heads * config.latentDim());
        values = workspace.rows("latent values", heads * config.headValueDim());
        intoLatent = PerHead.of(weights.keys(), raw, 0, q, config.rope().dimensions());
        outOfLatent = PerHead.of(weights.values(), mixed, 0, values, 0);
        var options = AttentionOptions.scaled(config.scores().scale());
        attention = new PagedAttention(
                new Attention(kv, weights.layer(), options, visible, ends, q, mixed), workspace.parts());
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        weights.latent().apply(worker, x, key);
        query(worker, x);
        worker.await();
        intoLatent.apply(worker);
        remember(worker);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        attention.run(worker);
        worker.did(Operator.ATTENTION);
        worker.await();
        outOfLatent.apply(worker);
        worker.await();
        weights.output().apply(worker, values, out);
    }

    private void query(Worker worker, Rows x) {
        if (weights.compress().isEmpty()) {
            weights.query().apply(worker, x, raw);
            return;
        }
        weights.compress().get().apply(worker, x, compressed);
        worker.await();
        Rows own = few[worker.index()];
        Rows normed = worker.norm(compressed, weights.queryNorm(), own, compressed);
        weights.query().apply(worker, normed, raw);
    }

    /** Adds the rotated parts to queries and keys, and stores the keys in their pages. */
    private void remember(Worker worker) {
        Batch batch = worker.batch;
        int from = worker.from(batch.rows());
        int to = worker.to(batch.rows());
        worker.kernels.rmsNorm(latent, weights.latentNorm(), Latent.EPSILON, latent, from, to, worker.scratch);
        for (int row = from; row < to; row++) {
            int position = batch.position(row);
            visible[row] = 0;
            ends[row] = position + 1;
            copyRotated(row);
            Rotary rotary = rope.of(batch.length(row));
            worker.kernels.rotate(rotary, q, row, config.keyDim(), 0, config.heads());
            worker.kernels.rotate(rotary, key, row, config.keyDim(), 0, 1);
            kv.store(batch.table(row).page(position), weights.layer(), PageTable.slot(position), key, latent, row);
        }
    }

    private void copyRotated(int row) {
        for (int head = 0; head < config.heads(); head++) {
            int from = raw.at(row) + head * config.queryDim() + config.plainDim();
            int to = q.at(row) + head * config.keyDim();
            System.arraycopy(raw.data(), from, q.data(), to, config.rope().dimensions());
        }
    }

    /**
     * The weights of multi-head latent attention.
     *
     * @param compress from the input to the compressed query; empty if queries are computed from the input
     * @param queryNorm norm of the compressed query
     * @param query for each head first the rows that aren't rotated, then those that are
     * @param latent first the rows of the rotated key, then those of the latent vector
     * @param keys for each head the matrix that maps the part of its query that isn't rotated to the latent space: its key matrix, transposed
     * @param values for each head the matrix that computes its value from a latent vector
     */
    record LatentWeights(
            int layer,
            Latent config,
            Optional<Linear> compress,
            Norm queryNorm,
            Linear query,
            Linear latent,
            float[] latentNorm,
            Linear[] keys,
            Linear[] values,
            Linear output)
            implements BlockWeights {

        static LatentWeights load(Weights weights, int layer, Latent config, int hidden) {
            String prefix = "layers." + layer + ".attention.";
            int rank = config.queryRank();
            boolean bias = config.bias();
            int heads = config.heads();
            Linear[] keys = new Linear[heads];
            Linear[] values = new Linear[heads];
            for (int i = 0; i < heads; i++) {
                String head = prefix + "heads." + i + ".";
                keys[i] = Linear.load(weights, head + "key", config.latentDim(), config.plainDim(), false);
                values[i] = Linear.load(weights, head + "value", config.headValueDim(), config.latentDim(), false);
            }
            return new LatentWeights(
                    layer,
                    config,
                    rank > 0
                            ? Optional.of(Linear.load(weights, prefix + "compress", rank, hidden, bias))
                            : Optional.empty(),
                    rank > 0 ? Norm.rms(weights.vector(prefix + "compress_norm", rank), Latent.EPSILON) : Norm.NONE,
                    Linear.load(weights, prefix + "query", heads * config.queryDim(), rank > 0 ? rank : hidden, false),
                    Linear.load(weights, prefix + "latent", config.keyDim(), hidden, bias),
                    weights.vector(prefix + "latent_norm", config.latentDim()),
                    keys,
                    values,
                    Linear.load(weights, prefix + "output", hidden, heads * config.headValueDim(), bias));
        }

        @Override
        public Block bind(Workspace workspace) {
            return new LatentAttention(this, workspace);
        }

        @Override
        public int widest() {
            int inside = Math.max(config.plainDim(), config.latentDim());
            return Math.max(Math.max(query.cols(), latent.cols()), Math.max(inside, output.cols()));
        }
    }
}
