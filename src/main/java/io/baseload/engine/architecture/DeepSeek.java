package io.baseload.engine.architecture;

import io.baseload.engine.config.ConfigNumbers;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.FeedForwardConfig;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.Latent;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Norms.Placement;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Routing.Groups;
import io.baseload.engine.config.Scores;

/** The common part of DeepSeek-V2 and V3: multi-head latent attention, and dense layers before those with experts. */
final class DeepSeek {
    private static final Key QUERY_RANK = new Key("q_lora_rank", "");
    private static final Key LATENT = new Key("kv_lora_rank", "");
    private static final Key PLAIN = new Key("qk_nope_head_dim", "");
    private static final Key ROTATED = new Key("qk_rope_head_dim", "");
    private static final Key VALUE = new Key("v_head_dim", "");
    private static final Key ALL_DIMENSIONS = new Key("rope_scaling.mscale_all_dim", "");
    private static final Key NEW_ALL_DIMENSIONS = new Key("rope_parameters.mscale_all_dim", "");
    private static final Key INTERLEAVED = new Key("rope_interleave", "");
    private static final Key EXPERTS = new Key("n_routed_experts", "");
    private static final Key SHARED = new Key("n_shared_experts", "");
    private static final Key WIDTH = new Key("moe_intermediate_size", "");
    private static final Key DENSE = new Key("first_k_dense_replace", "");
    private static final Key FREQUENCY = new Key("moe_layer_freq", "");
    private static final Key GROUPS = new Key("n_group", "");
    private static final Key KEPT_GROUPS = new Key("topk_group", "");
    private static final Key SCALE = new Key("routed_scaling_factor", "");

    private final Basis basis;
    private final Keys keys;
    private final ConfigNumbers numbers;

    DeepSeek(Keys keys) {
        this.keys = keys;
        numbers = new ConfigNumbers(keys);
        basis = Basis.read(keys, numbers.size(ROTATED));
    }

    /** @param routing how experts are chosen */
    ModelConfig config(Routing routing) {
        Latent attention = attention();
        Gated dense = basis.silu();
        var experts = new Experts(routing, numbers.size(WIDTH), false, 0, numbers.count(SHARED) * numbers.size(WIDTH));
        int denseLayers = numbers.count(DENSE);
        if (numbers.size(FREQUENCY, 1) != 1) {
            throw keys.refuse(FREQUENCY, "is " + numbers.size(FREQUENCY) + "; supported is 1");
        }
        return basis.model(Placement.PRE, keys.tied(false), Factors.NONE, i -> {
            FeedForwardConfig feedForward = i < denseLayers ? dense : experts;
            return new LayerConfig(attention, feedForward);
        });
    }

    private Latent attention() {
        if (!keys.flag(INTERLEAVED).orElse(true)) {
            throw keys.refuse(INTERLEAVED, "is false, which is not supported");
        }
        int heads = basis.shape().heads();
        if (basis.shape().kvHeads() != heads) {
            throw keys.refuse(
                    Key.KV_HEADS, "is " + basis.shape().kvHeads() + "; it must be the number of heads, " + heads);
        }
        int plain = numbers.size(PLAIN);
        Rope rope = keys.rope(numbers.size(ROTATED), 10_000);
        return new Latent(
                heads,
                numbers.count(QUERY_RANK),
                numbers.size(LATENT),
                plain,
                numbers.size(VALUE),
                rope,
                new Scores((float) scale(plain, rope), 0, 0, false),
                basis.attentionBias());
    }

    /** 1 / √(width of a head), times the square of YaRN's magnitude if {@code mscale_all_dim} is given. */
    private double scale(int plain, Rope rope) {
        double scale = 1 / Math.sqrt(plain + rope.dimensions());
        double all = keys.number(ALL_DIMENSIONS)
                .orElse(keys.number(NEW_ALL_DIMENSIONS).orElse(0));
        if (all == 0 || !(rope.scaling() instanceof RopeScaling.Yarn yarn)) {
            return scale;
        }
        double magnitude = RopeScaling.Yarn.magnitude(yarn.factor(), all);
        return scale * magnitude * magnitude;
    }

    /** The number of experts, and of those chosen for a token. */
    Mixture mixture() {
        Mixture mixture = Mixture.read(keys, EXPERTS);
        if (mixture.experts() == 0) {
            throw keys.refuse(EXPERTS, "is missing or 0");
        }
        return mixture;
    }

    /** @param best the number of a group's highest scores whose sum is the group's score */
    Groups groups(Mixture mixture, int best) {
        int count = numbers.size(GROUPS, 1);
        int kept = numbers.size(KEPT_GROUPS, count);
        int size = mixture.experts() / count;
        if (count * size != mixture.experts() || size < best && kept < count) {
            throw keys.refuse(
                    GROUPS,
                    "is " + count + "; it must divide the " + mixture.experts() + " experts into groups of at least "
                            + best);
        }
        if (kept > count || kept * size < mixture.chosen()) {
            throw keys.refuse(
                    KEPT_GROUPS,
                    "is " + kept + " of " + count + " groups, of which " + mixture.chosen() + " experts are chosen");
        }
        return new Groups(count, kept, best);
    }

    float scale() {
        return (float) numbers.positive(SCALE, 1);
    }
}
