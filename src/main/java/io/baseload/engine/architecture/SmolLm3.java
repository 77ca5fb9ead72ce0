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
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.Scores;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * SmolLM 3: Llama, in which some layers have no rotary embedding (Yang et al., 2025, RNoPE): those with a 0 in {@code no_rope_layers}, else each
 * {@code no_rope_layer_interval}-th. In GGUF always each fourth. With {@code use_sliding_window} the layers without rotary embedding have a window.
 */
final class SmolLm3 implements Architecture {
    private static final Key ROPE_LAYERS = new Key("no_rope_layers", "");
    private static final Key INTERVAL = new Key("no_rope_layer_interval", "");
    private static final int DEFAULT_INTERVAL = 4;

    @Override
    public Set<String> modelTypes() {
        return Set.of("smollm3");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("smollm3");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        boolean[] rotated = rotated(basis);
        int[] windows = QwenWindows.read(basis, rotated);
        Optional<Rope> rope = basis.rope(2_000_000);
        Gated feedForward = basis.silu();
        return basis.model(
                Placement.PRE,
                keys.tied(true),
                Factors.NONE,
                i -> new LayerConfig(
                        new GroupedQuery(
                                shape.heads(),
                                shape.kvHeads(),
                                shape.headDim(),
                                rotated[i] ? rope : Optional.empty(),
                                Scores.scaled(shape.headDim(), windows[i]),
                                QueryKeyNorm.NONE,
                                basis.attentionBias(),
                                basis.outputBias()),
                        feedForward));
    }

    private static boolean[] rotated(Basis basis) {
        List<Long> listed = basis.keys().integers(ROPE_LAYERS);
        int interval = basis.numbers().size(INTERVAL, DEFAULT_INTERVAL);
        boolean[] rotated = new boolean[basis.shape().layers()];
        if (!listed.isEmpty() && listed.size() != rotated.length) {
            throw basis.keys()
                    .refuse(
                            ROPE_LAYERS,
                            "has " + listed.size() + " elements, but there are " + rotated.length + " layers");
        }
        for (int i = 0; i < rotated.length; i++) {
            rotated[i] = listed.isEmpty() ? (i + 1) % interval != 0 : listed.get(i) != 0;
        }
        return rotated;
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return Permuted.restored(TensorNames.GGUF, config);
    }
}
