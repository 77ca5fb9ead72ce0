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
import java.util.function.IntFunction;

/** Qwen 3 (Yang et al., 2025): Qwen 2, with RMSNorm over each head of queries and keys before they are rotated, and without biases unless {@code attention_bias}. */
final class Qwen3 implements Architecture {
    private static final int DEFAULT_HEAD_DIM = 128;

    @Override
    public Set<String> modelTypes() {
        return Set.of("qwen3");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("qwen3");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys, DEFAULT_HEAD_DIM);
        Gated feedForward = basis.silu();
        IntFunction<GroupedQuery> attention = attention(basis);
        return basis.model(
                Placement.PRE, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention.apply(i), feedForward));
    }

    /** Each layer's attention, also used by Qwen 3's mixtures of experts. */
    static IntFunction<GroupedQuery> attention(Basis basis) {
        ModelShape shape = basis.shape();
        int[] windows = QwenWindows.read(basis);
        var rope = basis.rope(10_000);
        return i -> new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                rope,
                Scores.scaled(shape.headDim(), windows[i]),
                QueryKeyNorm.HEAD,
                basis.attentionBias(),
                basis.outputBias());
    }
}
