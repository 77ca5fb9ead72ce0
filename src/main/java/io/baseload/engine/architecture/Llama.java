package io.baseload.engine.architecture;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Norms;
import io.baseload.engine.config.Numbers;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import io.baseload.engine.config.Shape;
import java.util.Collections;
import java.util.Optional;
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
    public ModelConfig config(String name, Keys keys) {
        Shape shape = Shape.read(keys);
        var numbers = new Numbers(keys);
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                Optional.of(keys.rope(shape.headDim(), 10_000)),
                Scores.scaled(shape.headDim(), numbers.count(Key.WINDOW)),
                QueryKeyNorm.NONE,
                keys.stores("blk.0.attn_q.bias"),
                keys.stores("blk.0.attn_output.bias"));
        var feedForward = new Gated(shape.feedForward(), Activation.SILU, keys.stores("blk.0.ffn_gate.bias"));
        return new ModelConfig(
                name,
                keys.name(),
                shape.contextLength(),
                keys.vocabulary(),
                shape.hidden(),
                !keys.stores("output.weight"),
                new Norms(Norms.Placement.PRE, (float) numbers.positive(Key.EPSILON)),
                Factors.NONE,
                Collections.nCopies(shape.layers(), new LayerConfig(attention, feedForward)));
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        var attention = (GroupedQuery) config.attention();
        return Permuted.restored(TensorNames.GGUF, attention.headDim(), attention.rotated());
    }
}
