package io.baseload.engine.config;

/**
 * Rotary position embedding (Su et al., 2021).
 *
 * @param base θ: pair i of a head turns by θ^(−2i/dimensions) radians a position
 * @param dimensions elements of a head that are rotated, an even number
 * @param linearFactor what positions are divided by (Chen et al., 2023); 1 = no scaling
 */
public record RopeConfig(double base, int dimensions, double linearFactor) {

    /** Radians a position for each pair. */
    public double[] frequencies() {
        double[] frequencies = new double[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = Math.pow(base, -2.0 * i / dimensions) / linearFactor;
        }
        return frequencies;
    }

    /** The same with each pair's frequency divided by its factor, as Llama 3 scales them. */
    public double[] frequencies(float[] factors) {
        double[] frequencies = frequencies();
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= factors[i];
        }
        return frequencies;
    }
}
