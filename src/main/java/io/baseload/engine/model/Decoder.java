package io.baseload.engine.model;

import io.baseload.engine.api.Precision;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder-only transformer over a ragged batch:
 *
 * <pre>
 * x = embedding[token]
 * x = x + attention(rms(x))         for each layer; norms stand before or behind a block, or both,
 * x = x + feedForward(rms(x))       and what is added may be scaled
 * logits = Whead·rms(x)
 * </pre>
 *
 * All workers run {@link #run} together, each on its share of rows, heads or outputs.
 */
final class Decoder implements CausalModel, Step {
    private final ModelConfig config;
    private final DecoderWeights weights;
    private final StepLimits limits;
    private final RopeTables ropes;
    private final Residual[] blocks;
    private final Worker[] workers;
    private final Profile profile;
    private final Rows x;
    private final Rows normed;
    private final Rows branch;
    private final Rows selected;
    private final Rows logits;
    private Batch batch;
    private Probe probe = Probe.NONE;

    Decoder(DecoderWeights weights, NativeMemory memory, KvPages kv, StepLimits limits, Kernels kernels) {
        this.weights = weights;
        this.limits = limits;
        config = weights.config();
        batch = batch();
        int hidden = config.hidden();
        x = Rows.allocate(limits.rows(), hidden);
        normed = Rows.allocate(limits.rows(), hidden);
        branch = Rows.allocate(limits.rows(), hidden);
        selected = Rows.allocate(limits.logits(), hidden);
        logits = Rows.allocate(limits.logits(), config.vocabulary());
        ropes = new RopeTables(new RopeFrequencies(weights.ropeFactors()), limits);
        Workspace workspace = new Workspace(limits, ropes, kv, memory);
        blocks = bind(workspace);
        PromptRows quantized =
                PromptRows.allocate(kernels.precision() == Precision.FAST ? workspace.widestPrompt(hidden) : 0);
        profile = new Profile(limits.workers());
        workers = new Worker[limits.workers()];
        for (int i = 0; i < workers.length; i++) {
            Scratch scratch =
                    Scratch.allocate(memory, weights.widest(), kv.layout().valueDim());
            workers[i] = new Worker(kernels, scratch, quantized.share(), profile.worker(i), hidden, batch);
        }
    }

    private Residual[] bind(Workspace workspace) {
        List<Residual> blocks = new ArrayList<>();
        float epsilon = config.norms().epsilon();
        float factor = config.factors().residual();
        for (DecoderWeights.Layer layer : weights.layers()) {
            Block attention = layer.attention().bind(workspace);
            Block feedForward = layer.feedForward().bind(workspace);
            blocks.add(new Residual(layer.attentionNorm(), attention, layer.attentionPostNorm(), epsilon, factor));
            blocks.add(
                    new Residual(layer.feedForwardNorm(), feedForward, layer.feedForwardPostNorm(), epsilon, factor));
        }
        return blocks.toArray(Residual[]::new);
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Batch batch() {
        return new Batch(limits.rows(), limits.chunks(), limits.logits());
    }

    @Override
    public void forward(Team team, Batch batch, Probe probe) {
        this.batch = batch;
        this.probe = probe;
        profile.begin();
        team.run(this);
        profile.end();
    }

    @Override
    public void accept(int drafts) {
        for (Residual residual : blocks) {
            residual.block().accept(batch, batch.firstDraft() + drafts - 1);
        }
    }

    @Override
    public Profile profile() {
        return profile;
    }

    @Override
    public Rows logits() {
        return logits;
    }

    @Override
    public void run(int index, int count, Barrier barrier) {
        Worker worker = workers[index];
        worker.start(batch, index, count, barrier);
        embed(worker);
        ropes.turn(batch, worker.from(batch.rows()), worker.to(batch.rows()));
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        Probe looking = index == 0 ? probe : Probe.NONE;
        looking.embedded(x);
        for (int i = 0; i < blocks.length; i++) {
            blocks[i].run(worker, x, normed, branch);
            if (i % 2 == 1) {
                looking.layer(i / 2, x);
            }
        }
        head(worker, looking);
    }

    /** Prompt rows, decode rows and this model; how long a sequence is changes a step's time slowly. */
    @Override
    public long shape() {
        return (System.identityHashCode(this) * 31L + batch.rows()) * 31L + batch.logits();
    }

    private void embed(Worker worker) {
        int end = worker.to(batch.rows());
        for (int row = worker.from(batch.rows()); row < end; row++) {
            worker.kernels.embed(weights.embedding(), batch.token(row), x, row);
        }
        if (config.factors().embedding() != 1) {
            int from = worker.from(batch.rows());
            worker.kernels.scale(x, config.factors().embedding(), from, end, 0, config.hidden());
        }
    }

    /** Logits of the rows that want them; always by the decode kernel, so that their kind doesn't depend on their number. */
    private void head(Worker worker, Probe looking) {
        int from = worker.from(batch.logits());
        int to = worker.to(batch.logits());
        for (int i = from; i < to; i++) {
            System.arraycopy(x.data(), x.at(batch.logitRow(i)), selected.data(), selected.at(i), config.hidden());
        }
        float epsilon = config.norms().epsilon();
        worker.kernels.rmsNorm(selected, weights.norm(), epsilon, selected, from, to, worker.scratch);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        looking.normed(selected);
        PackedMatrix w = weights.head();
        int firstPanel = worker.from(w.panels());
        int endPanel = worker.to(w.panels());
        worker.kernels.decodeLinear(w, selected, logits, 0, batch.logits(), firstPanel, endPanel, worker.scratch);
        worker.did(Operator.linear(w.packing().codes()));
        scaleLogits(worker, worker.firstColumn(w.rows()), worker.endColumn(w.rows()));
        worker.did(Operator.NORMS_AND_ROTARY);
    }

    private void scaleLogits(Worker worker, int firstColumn, int endColumn) {
        Factors factors = config.factors();
        if (factors.logits() != 1) {
            worker.kernels.scale(logits, 1 / factors.logits(), 0, batch.logits(), firstColumn, endColumn);
        }
        if (factors.softCap() > 0) {
            worker.kernels.softCap(logits, factors.softCap(), 0, batch.logits(), firstColumn, endColumn);
        }
    }
}
