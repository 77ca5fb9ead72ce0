package io.baseload.engine.config;

/**
 * How a mixture of experts chooses. A linear layer, the router, computes outputs for each token; then
 *
 * <pre>
 * s = scoring(outputs)                            a score for each expert
 * c = s + correction                              the correction affects only the choice
 * only experts of the best groups are kept        a group's score is the sum of its {@code best} highest c
 * chosen = the experts with the highest c
 * weight = s · scale, or s / (Σ s of the chosen) · scale
 * </pre>
 *
 * @param experts number of experts
 * @param chosen number of experts chosen for a token
 * @param bias whether the router has a bias
 * @param corrected whether there is a correction ({@code e_score_correction_bias} of DeepSeek-V3)
 * @param normalized whether the weights are divided by their sum ({@code norm_topk_prob})
 * @param scale factor of the weights ({@code routed_scaling_factor}), usually 1
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

    /** The function that computes scores from a router's outputs. */
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
     * Groups of consecutive experts, of which only some can be chosen for a token (DeepSeek-AI, 2024).
     *
     * @param count number of groups, all of equal size; 1 if experts aren't grouped
     * @param kept groups that a token may choose from
     * @param best number of a group's highest scores whose sum is the group's score, 1 or 2
     */
    public record Groups(int count, int kept, int best) {
        public static final Groups NONE = new Groups(1, 1, 1);
    }
}
