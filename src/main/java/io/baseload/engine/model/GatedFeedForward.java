package io.baseload.engine.model;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Gated;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;

/** out = Wdown·(activation(Wgate·x) ⊙ Wup·x), Shazeer (2020). */
final class GatedFeedForward implements Block {
    private final GatedWeights weights;
    private final Rows gate;
    private final Rows up;

    GatedFeedForward(GatedWeights weights, Workspace workspace) {
        this.weights = weights;
        this.gate = workspace.rows("gate", weights.gate().rows());
        this.up = workspace.rows("up", weights.up().rows());
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        int prompt = worker.batch.prefillRows();
        PromptForm form = weights.gate().prepare(worker, x, prompt, PromptForm.PLAIN);
        weights.gate().multiply(worker, x, gate);
        weights.up().prepare(worker, x, prompt, form);
        weights.up().multiply(worker, x, up);
        activate(worker, worker.firstColumn(gate.width()), worker.endColumn(gate.width()));
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        weights.down().apply(worker, gate, out);
    }

    private void activate(Worker worker, int firstColumn, int endColumn) {
        switch (weights.activation()) {
            case SILU -> worker.kernels.siluMultiply(gate, up, 0, worker.rows(), firstColumn, endColumn);
            case GELU -> {
                worker.kernels.gelu(gate, 0, worker.rows(), firstColumn, endColumn);
                worker.kernels.multiply(up, gate, 0, worker.rows(), firstColumn, endColumn);
            }
            case GELU_TANH -> worker.kernels.geluMultiply(gate, up, 0, worker.rows(), firstColumn, endColumn);
        }
    }

    /** The weights of a gated feed-forward layer. */
    record GatedWeights(Activation activation, Linear gate, Linear up, Linear down) implements BlockWeights {

        /** @param prefix of the weights' names, with the dot */
        static GatedWeights load(Weights weights, String prefix, Gated config, int hidden) {
            return new GatedWeights(
                    config.activation(),
                    Linear.load(weights, prefix + "gate", config.width(), hidden, config.bias()),
                    Linear.load(weights, prefix + "up", config.width(), hidden, config.bias()),
                    Linear.load(weights, prefix + "down", hidden, config.width(), config.downBias()));
        }

        @Override
        public Block bind(Workspace workspace) {
            return new GatedFeedForward(this, workspace);
        }

        @Override
        public int widest() {
            return Math.max(gate.cols(), down.cols());
        }
    }
}
