package io.baseload.engine.config;

/**
 * Rotary position embedding (Su et al., 2021).
 *
 * @param base θ: pair i of a head turns by θ^(−2i/dimensions) radians a position, before scaling
 * @param dimensions elements at the start of a head that are rotated, an even number
 * @param bfloat16 whether angles, cosines and sines are rounded to bfloat16, as Yuan2.0-M32 was trained
 */
public record Rope(double base, int dimensions, RopeScaling scaling, boolean bfloat16) {

    /** In full precision. */
    public Rope(double base, int dimensions, RopeScaling scaling) {
        this(base, dimensions, scaling, false);
    }

    /** The same, rounded. */
    public Rope inBfloat16() {
        return new Rope(base, dimensions, scaling, true);
    }

    /** Radians a position for each pair, unscaled. */
    public double[] frequencies() {
        double[] frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / dimensions);
        }
        return frequencies;
    }
}
