package io.baseload.engine.architecture;

import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.ModelShape;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.Routing;
import io.baseload.engine.config.Routing.Groups;
import io.baseload.engine.config.Routing.Scoring;

/**
 * Yuan2.0-M32 (Wu et al., 2024): {@link Yuan2}, with
 *
 * <pre>
 * q, k, v = Wq·g, Wk·g, Wv·g                  one number each per expert
 * r_i = Σ_j softmax_j(q_i·k_j)·v_j
 * p = softmax(r), the best k of it            divided by their sum with norm_topk_prob
 * x = x + Σ p_e · W2_e·(silu(a) · b)          [a ; b] = W1_e·g
 * </pre>
 *
 * Heads have a width of {@code attention_projection_size} / heads, of which the first hidden / heads elements are rotated, by angles that are computed in bfloat16.
 */
final class Yuan2M32 {
    private static final Key EXPERTS = new Key("moe_config.moe_num_experts", "");
    private static final Key CHOSEN = new Key("moe_config.moe_top_k", "");
    private static final Key NORMALIZED = new Key("moe_config.norm_topk_prob", "");
    private static final Key WIDTH = new Key("moe_config.ffn_hidden_size", "");
    private static final Key GATED = new Key("moe_config.gated_linear_unit", "");
    private static final Key PROJECTION = new Key("attention_projection_size", "");

    private Yuan2M32() {}

    static boolean is(Keys keys) {
        return keys.integer(EXPERTS).isPresent();
    }

    static ModelConfig config(Keys keys) {
        Basis basis = Basis.read(keys);
        ModelShape shape = basis.shape();
        int projection = basis.numbers().size(PROJECTION, shape.hidden());
        int headDim = projection / shape.heads();
        if (headDim * shape.heads() != projection || headDim < shape.headDim()) {
            throw keys.refuse(
                    PROJECTION,
                    "is " + projection + "; it must be a multiple of the " + shape.heads() + " heads and at least "
                            + shape.hidden());
        }
        Rope rope = keys.rope(shape.headDim(), 10_000).inBfloat16();
        return Yuan2.config(basis, headDim, rope, experts(basis));
    }

    private static Experts experts(Basis basis) {
        Keys keys = basis.keys();
        Choices.require(keys, GATED, true);
        basis.silu();
        Mixture mixture = Mixture.read(keys, EXPERTS, CHOSEN);
        if (mixture.experts() == 0) {
            throw keys.refuse(EXPERTS, "is 0; the authors' code doesn't run such a model either");
        }
        boolean normalized = keys.flag(NORMALIZED).orElse(false);
        var routing = new Routing(
                Scoring.ATTENTION, mixture.experts(), mixture.chosen(), false, false, Groups.NONE, normalized, 1);
        return new Experts(routing, basis.numbers().size(WIDTH), false, 0, 0);
    }
}
