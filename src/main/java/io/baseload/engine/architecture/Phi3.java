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
import java.util.Optional;
import java.util.Set;

/**
 * Phi 3 and 4 (Abdin et al., 2024): Llama, with queries, keys and values in one matrix, gate and up in another, and LongRoPE, whose factors depend on the length of
 * the whole sequence. Only the first {@code partial_rotary_factor} of each head is rotated.
 */
final class Phi3 implements Architecture {
    private static final Key PART = new Key("partial_rotary_factor", "");
    private static final Key NEWER_PART = new Key("rope_parameters.partial_rotary_factor", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("phi3");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("phi3");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        var attention = new GroupedQuery(
                shape.heads(),
                shape.kvHeads(),
                shape.headDim(),
                Optional.of(keys.rope(rotated(basis), 10_000)),
                Scores.scaled(shape.headDim(), basis.window(0)),
                QueryKeyNorm.NONE,
                false,
                false);
        Gated feedForward = basis.silu();
        return basis.model(Placement.PRE, keys.tied(false), Factors.NONE, i -> new LayerConfig(attention, feedForward));
    }

    private static int rotated(Basis basis) {
        double part = basis.numbers().positive(NEWER_PART, basis.numbers().positive(PART, 1));
        int rotated = (int) Math.min(basis.shape().headDim() * part, Integer.MAX_VALUE);
        if (rotated < 2 || rotated > basis.shape().headDim() || rotated % 2 != 0) {
            throw basis.keys()
                    .refuse(
                            PART,
                            "rotates " + rotated + " of a head's "
                                    + basis.shape().headDim() + " elements");
        }
        return rotated;
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return fused(
                TensorNames.HUGGING_FACE,
                config,
                "model.layers.#.self_attn.qkv_proj.weight",
                "model.layers.#.mlp.gate_up_proj.weight");
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return fused(TensorNames.GGUF, config, "blk.#.attn_qkv.weight", "blk.#.ffn_up.weight");
    }

    private static TensorMap fused(TensorMap tensors, ModelConfig config, String qkv, String gateUp) {
        LayerConfig layer = config.layers().getFirst();
        return tensors.queryKeyValue(qkv, (GroupedQuery) layer.attention()).gateUp(gateUp, (Gated) layer.feedForward());
    }
}
