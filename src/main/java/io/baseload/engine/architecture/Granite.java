package io.baseload.engine.architecture;

import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
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
 * Granite 3 (IBM, 2024): Llama, with constant factors:
 *
 * <pre>
 * x = embedding_multiplier · embedding[token]
 * x = x + residual_multiplier · attention(rms(x))      scores · attention_multiplier
 * x = x + residual_multiplier · feedForward(rms(x))
 * logits = Whead·rms(x) / logits_scaling
 * </pre>
 */
final class Granite implements Architecture {
    private static final Key EMBEDDING = new Key("embedding_multiplier", "embedding_scale");
    private static final Key ATTENTION = new Key("attention_multiplier", "attention.scale");
    private static final Key RESIDUAL = new Key("residual_multiplier", "residual_scale");
    private static final Key LOGITS = new Key("logits_scaling", "logit_scale");

    @Override
    public Set<String> modelTypes() {
        return Set.of("granite");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("granite");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        double unscaled = keys.gguf() ? 1 / Math.sqrt(shape.headDim()) : 1;
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(10_000),
                new Scores((float) basis.numbers().positive(ATTENTION, unscaled), 0, 0, false),
                QueryKeyNorm.NONE,
                basis.attentionBias(),
                basis.outputBias());
        Gated feedForward = basis.silu();
        return basis.model(
                Placement.PRE, keys.tied(false), factors(basis), i -> new LayerConfig(attention, feedForward));
    }

    private static Factors factors(Basis basis) {
        return new Factors(
                (float) basis.numbers().positive(EMBEDDING, 1),
                (float) basis.numbers().positive(RESIDUAL, 1),
                (float) basis.numbers().positive(LOGITS, 1),
                0);
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return Permuted.restored(TensorNames.GGUF, config);
    }
}
