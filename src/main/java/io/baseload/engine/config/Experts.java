package io.baseload.engine.config;

/**
 * A mixture of experts (Shazeer et al., 2017): {@code Σ weight_e · expert_e(x)} over the experts that a router chooses for a token, where each is a gated feed-forward layer, possibly plus
 * one that all tokens share.
 *
 * @param width rows of an expert's gate and up
 * @param bias whether the experts' linear layers have one
 * @param limit 0 for {@code silu(gate) · up}; if positive, gpt-oss's unit {@code (up + 1) · gate · sigmoid(1.702 · gate)} with gate at most {@code limit} and up
 *     within ±limit
 * @param sharedWidth rows of the shared expert's gate and up; 0 for none
 */
public record Experts(Routing routing, int width, boolean bias, float limit, int sharedWidth)
        implements FeedForwardConfig {}
