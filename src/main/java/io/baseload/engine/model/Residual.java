package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's attention or feed-forward block and its connection to the residual stream: x += factor · after(block(before(x))), or x = after(x + factor · block(x)).
 *
 * @param ofSum whether the norm after the block applies to the sum
 * @param branch the block's output, by all shards
 * @param summed rows for the sum of all shards' parts, if the norm after the block needs it
 */
record Residual(Norm before, Block block, Norm after, boolean ofSum, float factor, AllReduce branch, Rows summed) {

    /** All blocks of a shard, in their order. */
    static Residual[] of(DecoderWeights weights, Workspace workspace) {
        List<Residual> blocks = new ArrayList<>();
        ModelConfig config = weights.config();
        boolean ofSum = config.norms().ofSum();
        float factor = config.factors().residual();
        AllReduce attended = workspace.allReduce("attention", config.hidden());
        AllReduce fed = workspace.allReduce("feed-forward", config.hidden());
        boolean sums = fed.shared() && config.norms().after() && !ofSum;
        Rows summed = workspace.rows("summed", sums ? config.hidden() : 0);
        for (DecoderWeights.Layer layer : weights.layers()) {
            Block attention = layer.attention().bind(workspace);
            Block feedForward = layer.feedForward().bind(workspace);
            blocks.add(new Residual(
                    layer.attentionNorm(), attention, layer.attentionPostNorm(), ofSum, factor, attended, summed));
            blocks.add(new Residual(
                    layer.feedForwardNorm(), feedForward, layer.feedForwardPostNorm(), ofSum, factor, fed, summed));
        }
        return blocks.toArray(Residual[]::new);
    }

    void run(Worker worker, Rows x, Rows normed) {
        block.run(worker, before.isNone() ? x : worker.norm(x, before, worker.own, normed), branch.part(worker));
        int from = worker.from(worker.rows());
        int to = worker.to(worker.rows());
        if (after.isNone() || ofSum) {
            branch.add(worker, factor, x);
            if (ofSum) {
                worker.did(Operator.NORMS_AND_ROTARY);
                worker.await();
                after.apply(worker, x, x, from, to);
            }
        } else {
            Rows sum = branch.sum(worker, summed);
            worker.await();
            after.apply(worker, sum, sum, from, to);
            add(worker, sum, x, from, to);
        }
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
    }

    private void add(Worker worker, Rows branch, Rows x, int from, int to) {
        if (factor == 1) {
            worker.kernels.add(branch, x, from, to, 0, x.width());
        } else {
            worker.kernels.addScaled(branch, factor, x, from, to, 0, x.width());
        }
    }
}
