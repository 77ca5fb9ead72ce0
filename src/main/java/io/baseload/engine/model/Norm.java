package io.baseload.engine.model;

import io.baseload.engine.config.Norms;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;

/**
 * The weights of a norm.
 *
 * @param weight empty if there is no norm
 * @param bias empty for RMSNorm
 */
record Norm(float[] weight, float[] bias, float epsilon) {
    private static final float[] NOTHING = {};

    /** No norm. */
    static final Norm NONE = new Norm(NOTHING, NOTHING, 0);

    static Norm rms(float[] weight, float epsilon) {
        return new Norm(weight, NOTHING, epsilon);
    }

    /** Reads {@code name} and, if there is one, {@code name.bias}. */
    static Norm load(Weights weights, String name, int width, Norms norms) {
        float[] weight = weights.vector(name, width);
        float[] bias = switch (norms.kind()) {
            case RMS -> NOTHING;
            case LAYER -> weights.vector(name + ".bias", width);
            case LAYER_WITHOUT_BIAS -> new float[width];
        };
        return new Norm(weight, bias, norms.epsilon());
    }

    boolean isNone() {
        return weight.length == 0;
    }

    /** y = norm(x) for some rows; x and y may be the same. */
    void apply(Worker worker, Rows x, Rows y, int from, int to) {
        if (bias.length == 0) {
            worker.kernels.rmsNorm(x, weight, epsilon, y, from, to, worker.scratch);
        } else {
            worker.kernels.layerNorm(x, weight, bias, epsilon, y, from, to, worker.scratch);
        }
    }
}
