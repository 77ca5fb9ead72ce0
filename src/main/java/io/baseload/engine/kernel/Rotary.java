package io.baseload.engine.kernel;

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
        int width = 2 * frequencies.length;
        float[] cos = new float[Math.multiplyExact(positions, width)];
        float[] sin = new float[cos.length];
        for (int i = 0; i < cos.length; i++) {
            int position = i / width;
            int element = i % width;
            boolean interleaved = layout == Layout.INTERLEAVED;
            double angle = position * frequencies[interleaved ? element / 2 : element % (width / 2)];
            boolean first = interleaved ? element % 2 == 0 : element < width / 2;
            cos[i] = (float) (Math.cos(angle) * magnitude);
            sin[i] = (float) ((first ? -1 : 1) * Math.sin(angle) * magnitude);
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
