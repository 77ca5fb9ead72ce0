package io.baseload.engine.config;

/**
 * How a mixture of experts chooses: a linear layer, the router, has outputs for each token; then
 *
 * <pre>
 * s = scoring(outputs)                            a score for each expert
 * c = s + correction                              the correction takes part in the choice only
 * groups beyond the best few are left out         a group is as good as its {@code best} highest c together
 * chosen = the experts with the highest c
 * weight = s · scale, or s / (Σ s of the chosen) · scale
 * </pre>
 *
 * @param experts how many there are
 * @param chosen how many of them a token goes to
 * @param bias whether the router has one
 * @param corrected whether there is a correction ({@code e_score_correction_bias} of DeepSeek-V3)
 * @param normalized whether the weights are divided by their sum ({@code norm_topk_prob})
 * @param scale what weights are multiplied with ({@code routed_scaling_factor}), mostly 1
 */
public record Routing(
        Scoring scoring,
        int experts,
        int chosen,
        boolean bias,
        boolean corrected,
        Groups groups,
        boolean normalized,
        float scale) {

    /** The plain form (Shazeer et al., 2017): softmax, top k. */
    public static Routing softmax(int experts, int chosen, boolean bias, boolean normalized) {
        return new Routing(Scoring.SOFTMAX, experts, chosen, bias, false, Groups.NONE, normalized, 1);
    }

    /** Width of the router's output. */
    public int outputs() {
        return scoring == Scoring.ATTENTION ? 3 * experts : experts;
    }

    /** What makes scores of a router's outputs. */
    public enum Scoring {
        /** softmax(outputs). */
        SOFTMAX,
        /** 1 / (1 + e^−output). */
        SIGMOID,
        /**
         * Yuan2.0-M32's attention router (Wu et al., 2024): the outputs are q, k and v, one number of each for each expert; with r_i = Σ_j softmax_j(q_i·k_j)·v_j the
         * scores are softmax(r).
         */
        ATTENTION
    }

    /**
     * Consecutive experts, of which only some groups take part (DeepSeek-AI, 2024).
     *
     * @param count groups of equal size; 1 where there are none
     * @param kept groups that a token may choose from
     * @param best how many of a group's highest scores say how good it is, 1 or 2
     */
    public record Groups(int count, int kept, int best) {
        public static final Groups NONE = new Groups(1, 1, 1);
    }
}
