package io.baseload.engine.model;

import io.baseload.engine.config.Routing;

/** Computes the scores of all experts from a router's outputs for one row. */
final class RouterScores {
    private RouterScores() {}

    /** @param at index of the row's first output */
    static void compute(Routing routing, float[] output, int at, float[] scores) {
        int experts = routing.experts();
        switch (routing.scoring()) {
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

    /** Σ_j softmax_j(q·k_j)·v_j; the keys begin at {@code at}, followed by the values. */
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
