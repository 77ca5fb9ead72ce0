package io.baseload.engine.architecture;

import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.Routing;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Qwen 3's mixtures of experts (Yang et al., 2025): Qwen 3, with
 *
 * <pre>
 * p = softmax(Wr·g), the best k of it, divided by their sum only with norm_topk_prob
 * x = x + Σ p_e · Wdown_e·(silu(Wgate_e·g) · Wup_e·g)
 * </pre>
 *
 * in the layers i that {@code mlp_only_layers} doesn't name and for which (i + 1) is a multiple of {@code decoder_sparse_step}; the others are dense. llama.cpp has
 * experts in all layers, and always divides.
 */
final class Qwen3Moe implements Architecture {
    private static final Key EXPERTS = new Key("num_experts", "expert_count");
    private static final Key WIDTH = new Key("moe_intermediate_size", "expert_feed_forward_length");
    private static final Key NORMALIZED = new Key("norm_topk_prob", "");
    private static final Key STEP = new Key("decoder_sparse_step", "");
    private static final Key DENSE = new Key("mlp_only_layers", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("qwen3_moe");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("qwen3moe");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        IntFunction<GroupedQuery> attention = Qwen3.attention(basis);
        IntFunction<FeedForwardConfig> feedForward = feedForward(basis);
        return basis.model(
                Placement.PRE,
                keys.tied(false),
                Factors.NONE,
                i -> new LayerConfig(attention.apply(i), feedForward.apply(i)));
    }

    private static IntFunction<FeedForwardConfig> feedForward(Basis basis) {
        Keys keys = basis.keys();
        Gated dense = basis.silu();
        Mixture mixture = Mixture.read(keys, EXPERTS);
        boolean normalized = keys.gguf() || keys.flag(NORMALIZED).orElse(false);
        int step = basis.numbers().size(STEP, 1);
        List<Long> denseLayers = keys.integers(DENSE);
        int width = basis.numbers().size(WIDTH);
        if (mixture.experts() == 0) {
            return i -> dense;
        }
        Routing routing = Routing.softmax(mixture.experts(), mixture.chosen(), false, normalized);
        var experts = new Experts(routing, width, false, 0, 0);
        return i -> denseLayers.contains((long) i) || (i + 1) % step != 0 ? dense : experts;
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return ExpertTensors.separate(
                TensorNames.HUGGING_FACE, "model.layers.#.mlp", List.of("gate_proj", "up_proj", "down_proj"));
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return ExpertTensors.gguf(TensorNames.GGUF, config);
    }
}
