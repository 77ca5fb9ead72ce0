package io.baseload.engine.kernel;

/**
 * Rotary position embedding (Su et al., 2021): element i of a head becomes {@code x[i] · cos[i] + x[partner of i] · sin[i]}. Contains the cosines and sines of a step's rows. They are
 * computed in each step, once for all layers, because the size of a table of all positions would grow with the context.
 *
 * @param frequencies radians per position, for each rotated pair of elements; the rest of the head is unchanged
 * @param magnitude factor of cosine and sine, usually 1
 * @param bfloat16 whether frequencies, positions, angles, cosines and sines are each rounded to bfloat16, as in Yuan2.0-M32's training, where positions above 256 share angles with their
 * neighbours
 * @param cos {@code [row][width]}
 * @param sin {@code [row][width]}, negative for the first element of each pair
 */
public record Rotary(
        Layout layout, double[] frequencies, double magnitude, boolean bfloat16, float[] cos, float[] sin) {
    /** The elements of a head that form a pair. */
    public enum Layout {
        /** (0, 1), (2, 3), … */
        INTERLEAVED,
        /** (0, width / 2), (1, width / 2 + 1), … */
        HALVES
    }

    /** @param rows of a step */
    public static Rotary of(Layout layout, double[] frequencies, double magnitude, int rows) {
        return of(layout, frequencies, magnitude, false, rows);
    }

    /** @param rows of a step */
    public static Rotary inBfloat16(Layout layout, double[] frequencies, int rows) {
        return of(layout, frequencies, 1, true, rows);
    }

    private static Rotary of(Layout layout, double[] frequencies, double magnitude, boolean bfloat16, int rows) {
        int size = Math.multiplyExact(rows, 2 * frequencies.length);
        return new Rotary(layout, frequencies, magnitude, bfloat16, new float[size], new float[size]);
    }

    /** Computes the cosines and sines of a row. */
    public void turn(int row, int position) {
        int at = row * width();
        for (int pair = 0; pair < frequencies.length; pair++) {
            double angle = rounded(rounded(position) * rounded(frequencies[pair]));
            float cosine = (float) (rounded(Math.cos(angle)) * magnitude);
            float sine = (float) (rounded(Math.sin(angle)) * magnitude);
            int first = at + pair * step();
            int second = first + distance();
            cos[first] = cosine;
            cos[second] = cosine;
            sin[first] = -sine;
            sin[second] = sine;
        }
    }

    private double rounded(double value) {
        return bfloat16 ? toBfloat16(value) : value;
    }

    /** Rounds to nearest, ties to even. */
    private static double toBfloat16(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    /** Number of rotated elements of a head, two for each pair. */
    int width() {
        return 2 * frequencies.length;
    }

    /** Distance between the two elements of a pair. */
    int distance() {
        return layout == Layout.INTERLEAVED ? 1 : frequencies.length;
    }

    /** Distance from one pair to the next. */
    int step() {
        return layout == Layout.INTERLEAVED ? 2 : 1;
    }
}
