package io.baseload.engine.model;

import io.baseload.engine.config.Dense;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;

/** out = Wdown·gelu(Wup·x), the feed-forward layer of the first transformers. */
final class DenseFeedForward implements Block {
    private final DenseWeights weights;
    private final Rows up;

    DenseFeedForward(DenseWeights weights, Workspace workspace) {
        this.weights = weights;
        this.up = workspace.rows("up", weights.up().rows());
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        weights.up().apply(worker, x, up);
        worker.kernels.gelu(up, 0, worker.rows(), worker.firstColumn(up.width()), worker.endColumn(up.width()));
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        weights.down().apply(worker, up, out);
    }

    /** The weights of a feed-forward layer without a gate. */
    record DenseWeights(Linear up, Linear down) implements BlockWeights {

        /** @param prefix of the weights' names, with the dot */
        static DenseWeights load(Weights weights, String prefix, Dense config, int hidden) {
            return new DenseWeights(
                    Linear.load(weights, prefix + "up", config.width(), hidden, config.bias()),
                    Linear.load(weights, prefix + "down", hidden, config.width(), config.bias()));
        }

        @Override
        public Block bind(Workspace workspace) {
            return new DenseFeedForward(this, workspace);
        }

        @Override
        public int widest() {
            return Math.max(up.cols(), down.cols());
        }
    }
}
