package io.baseload.engine.architecture;

import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Routing.Scoring;
import java.util.Set;

/**
 * DeepSeek-V3 and R1 (DeepSeek-AI, 2024): DeepSeek-V2, with another router:
 *
 * <pre>
 * s = sigmoid(Wr·g)
 * c = s + e_score_correction_bias     for the choice only; a group is as good as its two best together
 * w = s_e of the k best by c, divided by their sum with norm_topk_prob
 * x = x + shared(g) + routed_scaling_factor · Σ w_e · expert_e(g)
 * </pre>
 *
 * Additional layers after the last one ({@code num_nextn_predict_layers}) predict further tokens; they are not used.
 */
final class DeepSeekV3 implements Architecture {
    private static final Key METHOD = new Key("topk_method", "");
    private static final Key SCORING = new Key("scoring_func", "");
    private static final Key NORMALIZED = new Key("norm_topk_prob", "");
    private static final Key FURTHER_LAYERS = new Key("num_nextn_predict_layers", "");

    @Override
    public Set<String> modelTypes() {
        return Set.of("deepseek_v3");
    }

    @Override
    public Set<String> ggufNames() {
        return Set.of();
    }

    @Override
    public ModelConfig config(Keys keys) {
        var family = new DeepSeek(keys);
        Choices.require(keys, SCORING, "sigmoid");
        Choices.require(keys, METHOD, "noaux_tc");
        keys.integer(FURTHER_LAYERS);
        Mixture mixture = family.mixture();
        return family.config(new Routing(
                Scoring.SIGMOID,
                mixture.experts(),
                mixture.chosen(),
                false,
                true,
                family.groups(mixture, 2),
                keys.flag(NORMALIZED).orElse(true),
                family.scale()));
    }

    @Override
    public TensorMap huggingFaceTensors(ModelConfig config) {
        return DeepSeekTensors.huggingFace(config)
                .ignoringBelow("model.layers." + config.layers().size() + ".");
    }
}
