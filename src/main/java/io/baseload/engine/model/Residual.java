package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's attention or feed-forward block and its place beside the residual stream: x += factor · after(block(before(x))), or x = after(x + factor · block(x)).
 *
 * @param ofSum whether the norm behind the block is that of the sum
 * @param branch what the block computes, by all shards
 */
record Residual(Norm before, Block block, Norm after, boolean ofSum, float factor, AllReduce branch) {

    /** All blocks of a shard, in their order. */
    static Residual[] of(DecoderWeights weights, Workspace workspace) {
        List<Residual> blocks = new ArrayList<>();
        ModelConfig config = weights.config();
        boolean ofSum = config.norms().ofSum();
        float factor = config.factors().residual();
        AllReduce attended = workspace.allReduce("attention", config.hidden());
        AllReduce fed = workspace.allReduce("feed-forward", config.hidden());
        for (DecoderWeights.Layer layer : weights.layers()) {
            Block attention = layer.attention().bind(workspace);
            Block feedForward = layer.feedForward().bind(workspace);
            blocks.add(
                    new Residual(layer.attentionNorm(), attention, layer.attentionPostNorm(), ofSum, factor, attended));
            blocks.add(new Residual(
                    layer.feedForwardNorm(), feedForward, layer.feedForwardPostNorm(), ofSum, factor, fed));
        }
        return blocks.toArray(Residual[]::new);
    }

    void run(Worker worker, Rows x, Rows normed) {
        block.run(worker, before.isNone() ? x : worker.norm(x, before, worker.own, normed), branch.part(worker));
        add(worker, x, branch.sum(worker));
    }

    private void add(Worker worker, Rows x, Rows branch) {
        if (!after.isNone()) {
            worker.await();
            int from = worker.from(worker.rows());
            int to = worker.to(worker.rows());
            if (ofSum) {
                add(worker, branch, x, from, to, 0, x.width());
                after.apply(worker, x, x, from, to);
            } else {
                after.apply(worker, branch, branch, from, to);
                add(worker, branch, x, from, to, 0, x.width());
            }
        } else {
            add(worker, branch, x, 0, worker.rows(), worker.firstColumn(x.width()), worker.endColumn(x.width()));
        }
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
    }

    private void add(Worker worker, Rows branch, Rows x, int from, int to, int firstColumn, int endColumn) {
        if (factor == 1) {
            worker.kernels.add(branch, x, from, to, firstColumn, endColumn);
        } else {
            worker.kernels.addScaled(branch, factor, x, from, to, firstColumn, endColumn);
        }
    }
}
