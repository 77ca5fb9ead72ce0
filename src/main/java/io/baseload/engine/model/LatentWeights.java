package io.baseload.engine.model;

import io.baseload.engine.config.Latent;
import java.util.Optional;

/**
 * The weights of multi-head latent attention.
 *
 * @param compress from the input to the compressed query; empty if queries are made of the input
 * @param queryNorm of the compressed query
 * @param query for each head first what isn't rotated, then what is
 * @param latent first the rotated key, then the latent vector
 * @param keys for each head what makes a query of latent vectors of its plain part: its key matrix, transposed
 * @param values for each head what makes its value of a latent vector
 */
record LatentWeights(
        int layer,
        Latent config,
        Optional<Linear> compress,
        float[] queryNorm,
        Linear query,
        Linear latent,
        float[] latentNorm,
        Linear[] keys,
        Linear[] values,
        Linear output)
        implements BlockWeights {
    private static final float[] NO_NORM = {};

    static LatentWeights load(Weights weights, int layer, Latent config, int hidden) {
        String prefix = "layers." + layer + ".attention.";
        int rank = config.queryRank();
        boolean bias = config.bias();
        int heads = config.heads();
        Linear[] keys = new Linear[heads];
        Linear[] values = new Linear[heads];
        for (int i = 0; i < heads; i++) {
            String head = prefix + "heads." + i + ".";
            keys[i] = Linear.load(weights, head + "key", config.latentDim(), config.plainDim(), false);
            values[i] = Linear.load(weights, head + "value", config.headValueDim(), config.latentDim(), false);
        }
        return new LatentWeights(
                layer,
                config,
                rank > 0
                        ? Optional.of(Linear.load(weights, prefix + "compress", rank, hidden, bias))
                        : Optional.empty(),
                rank > 0 ? weights.vector(prefix + "compress_norm", rank) : NO_NORM,
                Linear.load(weights, prefix + "query", heads * config.queryDim(), rank > 0 ? rank : hidden, false),
                Linear.load(weights, prefix + "latent", config.keyDim(), hidden, bias),
                weights.vector(prefix + "latent_norm", config.latentDim()),
                keys,
                values,
                Linear.load(weights, prefix + "output", hidden, heads * config.headValueDim(), bias));
    }

    @Override
    public Block bind(Workspace workspace) {
        return new LatentAttention(this, workspace);
    }

    @Override
    public int widest() {
        int inside = Math.max(config.plainDim(), config.latentDim());
        return Math.max(Math.max(query.cols(), latent.cols()), Math.max(inside, output.cols()));
    }
}
