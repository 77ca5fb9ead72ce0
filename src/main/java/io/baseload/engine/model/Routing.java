package io.baseload.engine.model;

/**
 * How the outputs of a router become a choice of experts and their weights.
 *
 * <pre>
 * s = scores(outputs)
 * c = s + bias                                    the bias takes part in the choice only
 * groups beyond the best keptGroups are left out  a group is as good as its {@code best} highest c together
 * chosen = the experts with the highest c
 * weight = s · scale, or s / (Σ s of the chosen) · scale
 * </pre>
 *
 * @param scores what makes a score for each expert of the router's outputs
 * @param experts how many there are
 * @param chosen how many of them a token goes to
 * @param bias added to the scores for the choice, one for each expert ({@code e_score_correction_bias} of DeepSeek-V3); empty for none
 * @param groups how the experts are grouped for the choice
 * @param normalized whether the weights are divided by their sum ({@code norm_topk_prob})
 * @param scale what weights are multiplied with ({@code routed_scaling_factor}), mostly 1
 */
record Routing(Scores scores, int experts, int chosen, float[] bias, Groups groups, boolean normalized, float scale) {

    /**
     * Consecutive experts, of which only some groups take part (DeepSeek-AI, 2024).
     *
     * @param count groups of equal size; 1 where there are none
     * @param kept groups that a token may choose from
     * @param best how many of a group's highest scores say how good it is
     */
    record Groups(int count, int kept, int best) {
        static final Groups NONE = new Groups(1, 1, 1);
    }

    /** What makes scores of a router's outputs. */
    enum Scores {
        /** softmax(outputs). */
        SOFTMAX(1),
        /** 1 / (1 + e^−output). */
        SIGMOID(1),
        /**
         * Yuan2.0-M32's attention router (Wu et al., 2024): the outputs are q, k and v, one number for each expert; expert i gets r_i = Σ_j softmax_j(q_i·k_j)·v_j, and
         * its score is softmax(r).
         */
        ATTENTION(3);

        private final int outputs;

        Scores(int outputs) {
            this.outputs = outputs;
        }

        /** Width of the router's output. */
        int outputs(int experts) {
            return outputs * experts;
        }

        /** Scores of all experts, given a router's outputs of one row from {@code at} on. */
        void of(float[] output, int at, int experts, float[] scores) {
            switch (this) {
                case SOFTMAX -> {
                    System.arraycopy(output, at, scores, 0, experts);
                    softmax(scores, experts);
                }
                case SIGMOID -> {
                    for (int i = 0; i < experts; i++) {
                        scores[i] = (float) (1 / (1 + Math.exp(-output[at + i])));
                    }
                }
                case ATTENTION -> {
                    for (int i = 0; i < experts; i++) {
                        scores[i] = attend(output[at + i], output, at + experts, experts);
                    }
                    softmax(scores, experts);
                }
            }
        }

        /** Σ_j softmax_j(q·k_j)·v_j; the keys begin at {@code at}, the values behind them. */
        private static float attend(float q, float[] output, int at, int experts) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < experts; j++) {
                max = Math.max(max, q * output[at + j]);
            }
            double sum = 0;
            double mixed = 0;
            for (int j = 0; j < experts; j++) {
                double e = Math.exp(q * output[at + j] - max);
                sum += e;
                mixed += e * output[at + experts + j];
            }
            return (float) (mixed / sum);
        }

        private static void softmax(float[] x, int count) {
            float max = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                max = Math.max(max, x[i]);
            }
            double sum = 0;
            for (int i = 0; i < count; i++) {
                x[i] = (float) Math.exp(x[i] - max);
                sum += x[i];
            }
            for (int i = 0; i < count; i++) {
                x[i] = (float) (x[i] / sum);
            }
        }
    }
}
