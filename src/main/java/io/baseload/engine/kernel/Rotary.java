package io.baseload.engine.kernel;

import java.util.function.DoubleUnaryOperator;

/**
 * Rotary position embedding (Su et al., 2021): element i of a head becomes {@code x[i] · cos[i] + x[partner of i] · sin[i]}.
 *
 * @param width how many elements of a head are rotated, two for each pair; the rest of the head stays
 * @param cos {@code [position][width]}
 * @param sin {@code [position][width]}, negative for the first element of each pair
 */
public record Rotary(Layout layout, int width, float[] cos, float[] sin) {
    /** Which elements of a head form a pair. */
    public enum Layout {
        /** (0, 1), (2, 3), … */
        INTERLEAVED,
        /** (0, width / 2), (1, width / 2 + 1), … */
        HALVES
    }

    /**
     * The table for positions {@code 0 … positions − 1}.
     *
     * @param frequencies radians a position, for each pair
     * @param magnitude what cosine and sine are multiplied with, mostly 1
     */
    public static Rotary of(Layout layout, double[] frequencies, double magnitude, int positions) {
        return of(layout, frequencies, magnitude, positions, DoubleUnaryOperator.identity());
    }

    /**
     * The same with frequencies, positions, angles, cosines and sines each rounded to bfloat16, as Yuan2.0-M32 was trained: positions above 256 share angles with
     * their neighbours.
     */
    public static Rotary inBfloat16(Layout layout, double[] frequencies, int positions) {
        return of(layout, frequencies, 1, positions, Rotary::bfloat16);
    }

    /** To nearest, ties to even. */
    private static double bfloat16(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    private static Rotary of(
            Layout layout, double[] frequencies, double magnitude, int positions, DoubleUnaryOperator rounding) {
        int width = 2 * frequencies.length;
        float[] cos = new float[Math.multiplyExact(positions, width)];
        float[] sin = new float[cos.length];
        for (int i = 0; i < cos.length; i++) {
            int position = i / width;
            int element = i % width;
            boolean interleaved = layout == Layout.INTERLEAVED;
            double frequency = rounding.applyAsDouble(frequencies[interleaved ? element / 2 : element % (width / 2)]);
            double angle = rounding.applyAsDouble(rounding.applyAsDouble(position) * frequency);
            boolean first = interleaved ? element % 2 == 0 : element < width / 2;
            cos[i] = (float) (rounding.applyAsDouble(Math.cos(angle)) * magnitude);
            sin[i] = (float) ((first ? -1 : 1) * rounding.applyAsDouble(Math.sin(angle)) * magnitude);
        }
        return new Rotary(layout, width, cos, sin);
    }

    /** Elements between the two of a pair. */
    int distance() {
        return layout == Layout.INTERLEAVED ? 1 : width / 2;
    }

    /** Elements from one pair to the next. */
    int step() {
        return layout == Layout.INTERLEAVED ? 2 : 1;
    }
}
