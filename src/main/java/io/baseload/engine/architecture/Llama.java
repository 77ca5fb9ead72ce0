package io.baseload.engine.architecture;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import java.util.Set;

/**
 * Llama (Touvron et al., 2023): for each layer
 *
 * <pre>
 * h = rms(x)
 * q, k, v = Wq·h, Wk·h, Wv·h        q and k rotated for their position
 * x = x + Wo·attention(q, K, V)
 * g = rms(x)
 * x = x + Wdown·(silu(Wgate·g) · Wup·g)
 * </pre>
 *
 * In GGUF this is also the family of Mistral, whose sliding window llama.cpp's converter leaves out (it is used if a file has one), and of {@link Mixtral}, recognized by its number of experts.
 */
final class Llama implements Architecture {
    @Override
    public Set<String> modelTypes() {
        return Set.of("llama");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("llama");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        int window = keys.gguf() ? basis.numbers().count(Key.WINDOW) : 0;
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(10_000),
                Scores.scaled(shape.headDim(), window),
                QueryKeyNorm.NONE,
                basis.attentionBias(),
                basis.outputBias());
        FeedForwardConfig feedForward = keys.gguf() && Mixtral.hasExperts(keys) ? Mixtral.experts(basis) : basis.silu();
        return basis.model(Placement.PRE, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention, feedForward));
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return Permuted.restored(ExpertTensors.gguf(TensorNames.GGUF, config), config);
    }
}
