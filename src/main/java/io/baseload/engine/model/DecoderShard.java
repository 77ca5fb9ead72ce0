package io.baseload.engine.model;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.List;
import java.util.stream.Stream;

/**
 * One shard's part of a {@link Decoder}: its own copy of the residual stream, its part of each block, and the logits of its tokens. Its workers have barriers of their own; they wait for
 * workers of other shards only when parts are added up.
 */
final class DecoderShard {
    private final DecoderWeights weights;
    private final ModelConfig config;
    private final ModelShard shard;
    private final EmbeddingTable embedding;
    private final Workspace workspace;
    private final RopeTables ropes;
    private final Residual[] blocks;
    private final Linear head;
    private final Rows x;
    private final Rows normed;
    private final Rows selected;

    /** The logits of its tokens. */
    private final Rows logits;

    /** @param branches the shard's outputs of blocks, used alternately */
    DecoderShard(ModelShard shard, StepLimits limits, EmbeddingTable embedding, AllReduces branches, Rows logits) {
        this.shard = shard;
        this.weights = shard.weights();
        this.embedding = embedding;
        this.logits = logits;
        config = weights.config();
        int hidden = config.hidden();
        x = Rows.allocate(limits.rows(), hidden);
        normed = Rows.allocate(limits.rows(), hidden);
        selected = Rows.allocate(limits.logits(), hidden);
        ropes = new RopeTables(new RopeFrequencies(weights.ropeFactors()), limits);
        workspace = new Workspace(limits, ropes, shard.kv(), shard.memory(), branches);
        blocks = Residual.of(weights, workspace);
        PackedMatrix w = weights.head();
        head = new Linear(w, Linear.NO_BIAS, Operator.linear(w.packing().codes()));
    }

    /** Memory for the inputs of linear layers, quantized. */
    PromptRows promptRows(Kernels kernels) {
        return shard.promptRows(workspace.limits().rows(), kernels);
    }

    /** The residual stream, its norm, and the rows of the blocks with their parts of sums. */
    List<Rows> activations() {
        return Stream.concat(Stream.of(x, normed), workspace.rows()).toList();
    }

    /** Memory for one of its workers. */
    Scratch scratch() {
        KvLayout layout = shard.kv().layout();
        return Scratch.allocate(shard.memory(), weights.widest(), layout.keyDim(), layout.valueDim());
    }

    void accept(Batch batch, int drafts) {
        for (Residual residual : blocks) {
            residual.block().accept(batch, batch.firstDraft() + drafts - 1);
        }
    }

    /** Computes a step; called by all workers of the shard. */
    void run(Worker worker, StepObserver observer) {
        Batch batch = worker.batch;
        embed(worker);
        int from = worker.from(batch.rows());
        int to = worker.to(batch.rows());
        ropes.turn(batch, from, to);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        observer.embedded(x);
        for (int i = 0; i < blocks.length; i++) {
            blocks[i].run(worker, x, normed);
            if (i % 2 == 1) {
                observer.layer(i / 2, x);
            }
        }
        head(worker, observer);
    }

    private void embed(Worker worker) {
        Batch batch = worker.batch;
        int end = worker.to(batch.rows());
        for (int row = worker.from(batch.rows()); row < end; row++) {
            embedding.embed(worker.kernels, batch.token(row), x, row);
        }
        if (config.factors().embedding() != 1) {
            int from = worker.from(batch.rows());
            worker.kernels.scale(x, config.factors().embedding(), from, end, 0, config.hidden());
        }
    }

    /** The requested logits. Always computed by the decode kernel, so that their bits don't depend on their number. */
    private void head(Worker worker, StepObserver observer) {
        Batch batch = worker.batch;
        int from = worker.from(batch.logits());
        int to = worker.to(batch.logits());
        for (int i = from; i < to; i++) {
            System.arraycopy(x.data(), x.at(batch.logitRow(i)), selected.data(), selected.at(i), config.hidden());
        }
        weights.norm().apply(worker, selected, selected, from, to);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        observer.normed(selected);
        head.multiply(worker, selected, logits, 0, 0, batch.logits());
        scaleLogits(worker, worker.firstColumn(head.rows()), worker.endColumn(head.rows()));
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.help();
    }

    private void scaleLogits(Worker worker, int firstColumn, int endColumn) {
        Factors factors = config.factors();
        int rows = worker.batch.logits();
        if (factors.logits() != 1) {
            worker.kernels.scale(logits, 1 / factors.logits(), 0, rows, firstColumn, endColumn);
        }
        if (factors.softCap() > 0) {
            worker.kernels.softCap(logits, factors.softCap(), 0, rows, firstColumn, endColumn);
        }
    }
}
