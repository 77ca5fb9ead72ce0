package io.baseload.engine.architecture;

import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Routing.Groups;
import io.baseload.engine.config.Routing.Scoring;
import java.util.Set;

/**
 * DeepSeek-V2 (DeepSeek-AI, 2024): multi-head latent attention (equations in {@code engine.model.LatentAttention}), and in the layers from
 * {@code first_k_dense_replace} on
 *
 * <pre>
 * s = softmax(Wr·g)
 * x = x + shared(g) + routed_scaling_factor · Σ s_e · expert_e(g)     over the k best
 * </pre>
 *
 * With {@code topk_method} group_limited_greedy only experts of the {@code topk_group} best groups can be chosen; a group's score is that of its best expert. As in transformers, weights are
 * not divided by their sum, whatever {@code norm_topk_prob} says.
 */
final class DeepSeekV2 implements Architecture {
    private static final Key METHOD = new Key("topk_method", "");
    private static final Key SCORING = new Key("scoring_func", "");
    private static final Key NORMALIZED = new Key("norm_topk_prob", "");
    private static final Key GROUPS = new Key("n_group", "");
    private static final Key KEPT_GROUPS = new Key("topk_group", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("deepseek_v2");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        var family = new DeepSeek(keys);
        Choices.require(keys, SCORING, "softmax");
        keys.flag(NORMALIZED);
        Mixture mixture = family.mixture();
        return family.config(new Routing(
                Scoring.SOFTMAX,
                mixture.experts(),
                mixture.chosen(),
                false,
                false,
                groups(keys, family, mixture),
                false,
                family.scale()));
    }

    private static Groups groups(Keys keys, DeepSeek family, Mixture mixture) {
        String method = keys.text(METHOD).orElse("greedy");
        keys.integer(GROUPS);
        keys.integer(KEPT_GROUPS);
        return switch (method) {
            case "greedy" -> Groups.NONE;
            case "group_limited_greedy" -> family.groups(mixture, 1);
            default -> throw keys.refuse(METHOD, "is " + method + "; supported are greedy and group_limited_greedy");
        };
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return DeepSeekTensors.huggingFace(config);
    }
}
