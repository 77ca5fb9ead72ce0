package io.baseload.engine.model;

import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;

/**
 * A layer's attention or feed-forward block and its place beside the residual stream: x += factor · after(block(before(x))).
 *
 * @param before weights of the norm before the block; empty for none
 * @param after weights of the norm behind it; empty for none
 * @param branch what the block computes, by all shards
 */
record Residual(float[] before, Block block, float[] after, float epsilon, float factor, AllReduce branch) {

    void run(Worker worker, Rows x, Rows normed) {
        block.run(
                worker,
                before.length == 0 ? x : worker.norm(x, before, epsilon, worker.own, normed),
                branch.part(worker));
        add(worker, x, branch.sum(worker));
    }

    private void add(Worker worker, Rows x, Rows branch) {
        if (after.length > 0) {
            worker.await();
            int from = worker.from(worker.rows());
            int to = worker.to(worker.rows());
            worker.kernels.rmsNorm(branch, after, epsilon, branch, from, to, worker.scratch);
            add(worker, branch, x, from, to, 0, x.width());
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
