package io.baseload.engine.config;

/**
 * Rotary position embedding (Su et al., 2021).
 *
 * @param base θ: pair i of a head turns by θ^(−2i/dimensions) radians a position, before scaling
 * @param dimensions elements at the start of a head that are rotated, an even number
 */
public record Rope(double base, int dimensions, RopeScaling scaling) {

    /** Radians a position for each pair, unscaled. */
    public double[] frequencies() {
        double[] frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / dimensions);
        }
        return frequencies;
    }
}
