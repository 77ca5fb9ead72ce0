package io.baseload.engine.architecture;

import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Scores;
import java.util.Optional;
import java.util.Set;

/**
 * gpt-oss (OpenAI, 2025): for each layer
 *
 * <pre>
 * h = rms(x)
 * q, k, v = Wq·h + bq, Wk·h + bk, Wv·h + bv                 q and k rotated, YaRN
 * x = x + Wo·attention(q, K, V) + bo                        even layers see {@code sliding_window} tokens;
 *                                                           a sink for each head joins the softmax's denominator
 * g = rms(x)
 * p = softmax of the k highest of Wr·g + br
 * u, w = min(Wgate_e·g + bgate_e, limit), clamp(Wup_e·g + bup_e, ±limit)
 * x = x + Σ p_e · (Wdown_e·((w + 1) · u · sigmoid(1.702·u)) + bdown_e)
 * </pre>
 */
final class GptOss implements Architecture {
    private static final Key EXPERTS = new Key("num_local_experts", "expert_count");
    private static final Key WIDTH = new Key("intermediate_size", "expert_feed_forward_length");
    private static final Key LIMIT = new Key("swiglu_limit", "");
    private static final Key BIAS = new Key("attention_bias", "");
    private static final int DEFAULT_WINDOW = 128;

    @Override
    public Set<String> modelTypes() {
        return Set.of("gpt_oss");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of("gpt-oss");
    }

    @Override
    public ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys, 64);
        Optional<Rope> rope = basis.rope(150_000);
        boolean bias = keys.flag(BIAS).orElse(true);
        int window = basis.window(DEFAULT_WINDOW);
        boolean[] sliding = basis.sliding(i -> i % 2 == 0);
        Experts experts = experts(basis);
        return basis.model(
                Placement.PRE,
                keys.tied(false),
                Factors.NONE,
                i -> new LayerConfig(attention(basis.shape(), rope, sliding[i] ? window : 0, bias), experts));
    }

    private static GroupedQuery attention(ModelShape shape, Optional<Rope> rope, int window, boolean bias) {
        var scores = new Scores((float) (1 / Math.sqrt(shape.headDim())), 0, window, true);
        return new GroupedQuery(
                shape.heads(), shape.kvHeads(), shape.headDim(), rope, scores, QueryKeyNorm.NONE, bias, bias);
    }

    private static Experts experts(Basis basis) {
        Mixture mixture = Mixture.read(basis.keys(), EXPERTS);
        if (mixture.experts() == 0) {
            throw basis.keys().refuse(EXPERTS, "is missing or 0");
        }
        Routing routing = Routing.softmax(mixture.experts(), mixture.chosen(), true, true);
        basis.silu();
        float limit = (float) basis.numbers().positive(LIMIT, 7);
        return new Experts(routing, basis.numbers().size(WIDTH), true, limit, 0);
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return GptOssTensors.huggingFace(ExpertTensors.count(config));
    }

    @Override
    public TensorMap ggufTensors(ModelConfig config) {
        return ExpertTensors.gguf(TensorNames.GGUF, config)
                .named("layers.#.feed_forward_norm", "blk.#.post_attention_norm.weight");
    }
}
