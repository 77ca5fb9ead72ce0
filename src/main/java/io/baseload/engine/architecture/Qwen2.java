package io.baseload.engine.architecture;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Scores;
import java.util.Set;

/**
 * Qwen 2 and 2.5 (Yang et al., 2024): Llama, with biases on queries, keys and values but not on the output. With {@code use_sliding_window} the layers from
 * {@code max_window_layers} on have a window.
 */
final class Qwen2 implements Architecture {
    @Override
    public Set<String> modelTypes() {
        return Set.of("qwen2");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("qwen2");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        int[] windows = QwenWindows.read(basis);
        var rope = basis.rope(10_000);
        Gated feedForward = basis.silu();
        return basis.model(
                Placement.PRE,
                keys.tied(false),
                Factors.NONE,
                i -> new LayerConfig(
                        new GroupedQuery(
                                shape.heads(),
                                shape.kvHeads(),
                                shape.headDim(),
                                rope,
                                Scores.scaled(shape.headDim(), windows[i]),
                                QueryKeyNorm.NONE,
                                true,
                                false),
                        feedForward));
    }
}
