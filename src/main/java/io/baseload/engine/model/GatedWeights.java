package io.baseload.engine.model;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Gated;

/** The weights of a gated feed-forward layer. */
record GatedWeights(Activation activation, Linear gate, Linear up, Linear down) implements BlockWeights {

    /** @param prefix of the weights' names, with the dot */
    static GatedWeights load(Weights weights, String prefix, Gated config, int hidden) {
        return new GatedWeights(
                config.activation(),
                Linear.load(weights, prefix + "gate", config.width(), hidden, config.bias()),
                Linear.load(weights, prefix + "up", config.width(), hidden, config.bias()),
                Linear.load(weights, prefix + "down", hidden, config.width(), config.bias()));
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
