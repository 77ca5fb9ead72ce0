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

/** Mistral (Jiang et al., 2023): Llama, with a sliding window of {@code sliding_window} tokens in all layers. Its GGUF files have the architecture llama. */
final class Mistral implements Architecture {
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public Set<String> modelTypes() {
        return Set.of("mistral");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                basis.rope(10_000),
                Scores.scaled(shape.headDim(), basis.window(DEFAULT_WINDOW)),
                QueryKeyNorm.NONE,
                false,
                false);
        Gated feedForward = basis.silu();
        return basis.model(Placement.PRE, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention, feedForward));
    }
}
