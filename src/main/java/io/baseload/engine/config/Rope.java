package io.baseload.engine.config;

/**
 * Rotary position embedding (Su et al., 2021).
 *
 * @param base θ: pair i of a head is rotated by θ^(−2i/dimensions) radians per position, before scaling
 * @param dimensions number of elements at the start of a head that are rotated; even
 * @param bfloat16 whether angles, cosines and sines are rounded to bfloat16, as in Yuan2.0-M32's training
 */
public record Rope(double base, int dimensions, RopeScaling scaling, boolean bfloat16) {

    /** In full precision. */
    public Rope(double base, int dimensions, RopeScaling scaling) {
        this(base, dimensions, scaling, false);
    }

    /** The same, rounded to bfloat16. */
    public Rope inBfloat16() {
        return new Rope(base, dimensions, scaling, true);
    }

    /** Radians per position for each pair, unscaled. */
    public double[] frequencies() {
        double[] frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / dimensions);
        }
        return frequencies;
    }
}
