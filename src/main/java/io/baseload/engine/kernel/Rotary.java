package io.baseload.engine.kernel;

/**
 * Rotary position embedding (Su et al., 2021): element i of a head becomes {@code x[i] · cos[i] + x[partner of i] · sin[i]}. Holds the cosines and sines of a step's rows,
 * which are computed anew in each step, once for all layers: a table of all positions would take as much memory as the context is long.
 *
 * @param frequencies radians a position, for each pair of elements that are rotated; the rest of the head stays
 * @param magnitude what cosine and sine are multiplied with, mostly 1
 * @param bfloat16 whether frequencies, positions, angles, cosines and sines are each rounded to bfloat16, as Yuan2.0-M32 was trained: positions above 256 share angles with
 *     their neighbours
 * @param cos {@code [row][width]}
 * @param sin {@code [row][width]}, negative for the first element of each pair
 */
public record Rotary(
        Layout layout, double[] frequencies, double magnitude, boolean bfloat16, float[] cos, float[] sin) {
    /** Which elements of a head form a pair. */
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

    /** Makes the cosines and sines of a row. */
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

    /** To nearest, ties to even. */
    private static double toBfloat16(double value) {
        int bits = Float.floatToRawIntBits((float) value);
        return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }

    /** How many elements of a head are rotated, two for each pair. */
    int width() {
        return 2 * frequencies.length;
    }

    /** Elements between the two of a pair. */
    int distance() {
        return layout == Layout.INTERLEAVED ? 1 : frequencies.length;
    }

    /** Elements from one pair to the next. */
    int step() {
        return layout == Layout.INTERLEAVED ? 2 : 1;
    }
}
