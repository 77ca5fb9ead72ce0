package io.baseload.engine.model;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.Routing;
import java.util.Optional;

/**
 * The weights of a mixture of experts.
 *
 * @param correction what is added to scores for the choice; empty for none
 * @param gate one for each expert, as are {@code up} and {@code down}
 */
record ExpertsWeights(
        Experts config,
        Linear router,
        float[] correction,
        Linear[] gate,
        Linear[] up,
        Linear[] down,
        Optional<GatedWeights> shared)
        implements BlockWeights {
    private static final float[] NO_CORRECTION = {};

    /** @param prefix of the weights' names, with the dot */
    static ExpertsWeights load(Weights weights, String prefix, Experts config, int hidden) {
        Routing routing = config.routing();
        int experts = routing.experts();
        Linear router = Linear.load(weights, prefix + "router", routing.outputs(), hidden, routing.bias());
        float[] correction =
                routing.corrected() ? weights.vector(prefix + "router.correction", experts) : NO_CORRECTION;
        Linear[] gate = new Linear[experts];
        Linear[] up = new Linear[experts];
        Linear[] down = new Linear[experts];
        for (int i = 0; i < experts; i++) {
            String name = prefix + "experts." + i + ".";
            gate[i] = Linear.load(weights, name + "gate", config.width(), hidden, config.bias());
            up[i] = Linear.load(weights, name + "up", config.width(), hidden, config.bias());
            down[i] = Linear.load(weights, name + "down", hidden, config.width(), config.bias());
        }
        return new ExpertsWeights(
                config, router, correction, gate, up, down, shared(weights, prefix + "shared.", config, hidden));
    }

    private static Optional<GatedWeights> shared(Weights weights, String prefix, Experts config, int hidden) {
        if (config.sharedWidth() == 0) {
            return Optional.empty();
        }
        var gated = new Gated(config.sharedWidth(), Activation.SILU, false);
        return Optional.of(GatedWeights.load(weights, prefix, gated, hidden));
    }

    @Override
    public Block bind(Workspace workspace) {
        return new ExpertsFeedForward(this, workspace);
    }

    @Override
    public int widest() {
        int own = Math.max(router.cols(), config.width());
        return Math.max(own, shared.map(GatedWeights::widest).orElse(0));
    }
}
