package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.Rotary;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.tensor.KvPages;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/**
 * Llama (Touvron et al., 2023): for each layer
 *
 * <pre>
 * h = rms(x)
 * q, k, v = Wq·h, Wk·h, Wv·h        q and k rotated for their position
 * x = x + Wo·attention(q, K, V)     K and V: all tokens of the sequence so far
 * g = rms(x)
 * x = x + Wdown·(silu(Wgate·g) · Wup·g)
 * </pre>
 *
 * and logits = Wout·rms(x). All workers run {@link #run} together, each on its share of rows, heads or outputs.
 */
final class Llama implements CausalModel, Step {
    /** Prompt rows of one head that a worker attends with at once. */
    private static final int ATTENTION_ROWS = 16;

    private final ModelConfig config;
    private final LlamaWeights weights;
    private final Kernels kernels;
    private final Rotary rotary;
    private final KvPages kv;
    private final Scratch[] scratch;
    private final Activations a;
    private final int maxChunks;
    private final AttentionOptions attention;

    /** Each row sees its sequence from the first token on. */
    private final int[] visible;

    private Batch batch;

    Llama(
            ModelConfig config,
            LlamaWeights weights,
            Activations activations,
            Kernels kernels,
            Rotary rotary,
            KvPages kv,
            Scratch[] scratch,
            int maxChunks) {
        this.config = config;
        this.weights = weights;
        this.a = activations;
        this.kernels = kernels;
        this.rotary = rotary;
        this.kv = kv;
        this.scratch = scratch;
        this.maxChunks = maxChunks;
        this.attention = AttentionOptions.scaled((float) (1 / Math.sqrt(config.headDim())));
        this.batch = batch();
        this.visible = new int[batch.maxRows()];
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Batch batch() {
        return new Batch(rows(a.x()), maxChunks, rows(a.logits()));
    }

    private static int rows(Rows rows) {
        return rows.data().length / rows.stride();
    }

    @Override
    public void forward(Team team, Batch batch) {
        this.batch = batch;
        team.run(this);
    }

    @Override
    public Rows logits() {
        return a.logits();
    }

    @Override
    public void run(int worker, int workers, Barrier barrier) {
        embed(worker, workers);
        barrier.await();
        for (int layer = 0; layer < config.layers(); layer++) {
            attentionBlock(layer, worker, workers, barrier);
            feedForwardBlock(weights.layers()[layer], worker, workers, barrier);
        }
        head(worker, workers, barrier);
    }

    private void embed(int worker, int workers) {
        int end = Step.share(worker + 1, workers, batch.rows());
        for (int row = Step.share(worker, workers, batch.rows()); row < end; row++) {
            kernels.embed(weights.embedding(), batch.token(row), a.x(), row);
        }
    }

    private void attentionBlock(int index, int worker, int workers, Barrier barrier) {
        LlamaWeights.Layer layer = weights.layers()[index];
        Rows h = norm(layer.attentionNorm(), worker, workers, barrier);
        layer.qkv().apply(kernels, batch, h, worker, workers, scratch[worker]);
        barrier.await();
        remember(index, worker, workers);
        barrier.await();
        attend(index, worker, workers);
        barrier.await();
        addTo(layer.output(), a.attended(), worker, workers);
        barrier.await();
    }

    private void feedForwardBlock(LlamaWeights.Layer layer, int worker, int workers, Barrier barrier) {
        Rows g = norm(layer.feedForwardNorm(), worker, workers, barrier);
        layer.gate().apply(kernels, batch, g, worker, workers, scratch[worker]);
        layer.up().apply(kernels, batch, g, worker, workers, scratch[worker]);
        int first = layer.gate().firstColumn(worker, workers);
        int end = layer.gate().firstColumn(worker + 1, workers);
        kernels.siluMultiply(a.gate(), a.up(), 0, batch.rows(), first, end);
        barrier.await();
        addTo(layer.down(), a.gate(), worker, workers);
        barrier.await();
    }

    /** RMSNorm of x for all rows: few rows by each worker for itself, many together. */
    private Rows norm(float[] weight, int worker, int workers, Barrier barrier) {
        if (batch.rows() <= Activations.FEW) {
            Rows own = a.own()[worker];
            kernels.rmsNorm(a.x(), weight, config.rmsEpsilon(), own, 0, batch.rows(), scratch[worker]);
            return own;
        }
        int from = Step.share(worker, workers, batch.rows());
        int to = Step.share(worker + 1, workers, batch.rows());
        kernels.rmsNorm(a.x(), weight, config.rmsEpsilon(), a.normed(), from, to, scratch[worker]);
        barrier.await();
        return a.normed();
    }

    /** x += W·input, this worker's columns. */
    private void addTo(Linear linear, Rows input, int worker, int workers) {
        linear.apply(kernels, batch, input, worker, workers, scratch[worker]);
        int first = linear.firstColumn(worker, workers);
        kernels.add(a.branch(), a.x(), 0, batch.rows(), first, linear.firstColumn(worker + 1, workers));
    }

    /** Rotates queries and keys and puts keys and values into their pages. */
    private void remember(int layer, int worker, int workers) {
        int end = Step.share(worker + 1, workers, batch.rows());
        for (int row = Step.share(worker, workers, batch.rows()); row < end; row++) {
            int position = batch.position(row);
            kernels.rotate(rotary, a.q(), row, position, config.headDim(), 0, config.heads());
            kernels.rotate(rotary, a.k(), row, position, config.headDim(), 0, config.kvHeads());
            kv.store(batch.table(row).page(position), layer, PageTable.slot(position), a.k(), a.v(), row);
        }
    }

    private void attend(int layer, int worker, int workers) {
        int unit = 0;
        for (int chunk = 0; chunk < batch.chunks(); chunk++) {
            for (int row = batch.chunkStart(chunk); row < batch.chunkStart(chunk + 1); row += ATTENTION_ROWS) {
                int to = Math.min(row + ATTENTION_ROWS, batch.chunkStart(chunk + 1));
                for (int kvHead = 0; kvHead < config.kvHeads(); kvHead++) {
                    if (unit++ % workers == worker) {
                        attendPrefill(layer, row, to, kvHead, scratch[worker]);
                    }
                }
            }
        }
        attendDecode(layer, worker, workers);
    }

    private void attendPrefill(int layer, int from, int to, int kvHead, Scratch scratch) {
        int group = config.heads() / config.kvHeads();
        int[] pages = batch.table(from).pages();
        kernels.prefillAttention(
                kv,
                layer,
                pages,
                batch.position(from),
                visible,
                a.q(),
                a.attended(),
                from,
                to,
                kvHead * group,
                (kvHead + 1) * group,
                attention,
                scratch);
    }

    /** Shares out the heads of all decode rows, counted through. */
    private void attendDecode(int layer, int worker, int workers) {
        int heads = config.heads();
        int units = (batch.rows() - batch.prefillRows()) * heads;
        int end = Step.share(worker + 1, workers, units);
        int unit = Step.share(worker, workers, units);
        while (unit < end) {
            int row = batch.prefillRows() + unit / heads;
            int first = unit % heads;
            int last = Math.min(heads, first + end - unit);
            int[] pages = batch.table(row).pages();
            kernels.decodeAttention(
                    kv,
                    layer,
                    pages,
                    batch.position(row),
                    visible,
                    a.q(),
                    a.attended(),
                    row,
                    first,
                    last,
                    attention,
                    scratch[worker]);
            unit += last - first;
        }
    }

    /** Logits of the rows that want them; always by the decode kernel, so that their kind doesn't depend on their number. */
    private void head(int worker, int workers, Barrier barrier) {
        int end = Step.share(worker + 1, workers, batch.logits());
        int from = Step.share(worker, workers, batch.logits());
        for (int i = from; i < end; i++) {
            System.arraycopy(
                    a.x().data(),
                    a.x().at(batch.logitRow(i)),
                    a.selected().data(),
                    a.selected().at(i),
                    config.hidden());
        }
        kernels.rmsNorm(a.selected(), weights.norm(), config.rmsEpsilon(), a.selected(), from, end, scratch[worker]);
        barrier.await();
        PackedMatrix w = weights.head();
        int firstPanel = Step.share(worker, workers, w.panels());
        int endPanel = Step.share(worker + 1, workers, w.panels());
        kernels.decodeLinear(w, a.selected(), a.logits(), 0, batch.logits(), firstPanel, endPanel, scratch[worker]);
    }
}
