package io.baseload.engine.model;

import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.QueryKeyNorm;
import java.util.Optional;

/** The weights of grouped-query attention. */
record GroupedQueryWeights(
        int layer,
        GroupedQuery config,
        float epsilon,
        Linear query,
        Linear key,
        Linear value,
        Linear output,
        Optional<float[]> queryNorm,
        Optional<float[]> keyNorm,
        float[] sinks)
        implements BlockWeights {
    private static final float[] NO_SINKS = {};

    static GroupedQueryWeights load(Weights weights, int layer, GroupedQuery config, int hidden, float epsilon) {
        String prefix = "layers." + layer + ".attention.";
        boolean bias = config.bias();
        return new GroupedQueryWeights(
                layer,
                config,
                epsilon,
                Linear.load(weights, prefix + "query", config.queryWidth(), hidden, bias),
                Linear.load(weights, prefix + "key", config.kvWidth(), hidden, bias),
                Linear.load(weights, prefix + "value", config.kvWidth(), hidden, bias),
                Linear.load(weights, prefix + "output", hidden, config.queryWidth(), config.outputBias()),
                norm(weights, prefix + "query_norm", config, config.queryWidth()),
                norm(weights, prefix + "key_norm", config, config.kvWidth()),
                config.scores().sinks() ? weights.vector(prefix + "sinks", config.heads()) : NO_SINKS);
    }

    private static Optional<float[]> norm(Weights weights, String name, GroupedQuery config, int width) {
        if (config.norm() == QueryKeyNorm.NONE) {
            return Optional.empty();
        }
        boolean head = config.norm() == QueryKeyNorm.HEAD;
        return Optional.of(weights.vector(name, head ? config.headDim() : width));
    }

    @Override
    public Block bind(Workspace workspace) {
        return new GroupedQueryAttention(this, workspace);
    }

    @Override
    public int widest() {
        return Math.max(query.cols(), output.cols());
    }
}
