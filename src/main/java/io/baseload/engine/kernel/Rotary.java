package io.baseload.engine.kernel;

/**
 * Rotary position embedding (Su et al., 2021): cosine and sine of each pair's angle at each position.
 *
 * @param cos {@code [position][pairs]}
 * @param sin {@code [position][pairs]}
 * @param pairs how many pairs of a head are rotated; the rest of the head stays
 */
public record Rotary(Layout layout, int pairs, float[] cos, float[] sin) {
    /** Which elements of a head form a pair. */
    public enum Layout {
        /** (0, 1), (2, 3), … */
        INTERLEAVED,
        /** (0, pairs), (1, pairs + 1), … */
        HALVES
    }

    /**
     * The table for positions {@code 0 … positions − 1}.
     *
     * @param frequencies radians a position, for each pair
     * @param magnitude what cosine and sine are multiplied with, mostly 1
     */
    public static Rotary of(Layout layout, double[] frequencies, double magnitude, int positions) {
        int pairs = frequencies.length;
        float[] cos = new float[Math.multiplyExact(positions, pairs)];
        float[] sin = new float[cos.length];
        for (int i = 0; i < cos.length; i++) {
            double angle = i / pairs * frequencies[i % pairs];
            cos[i] = (float) (Math.cos(angle) * magnitude);
            sin[i] = (float) (Math.sin(angle) * magnitude);
        }
        return new Rotary(layout, pairs, cos, sin);
    }

    /** Elements between the two of a pair. */
    int distance() {
        return layout == Layout.INTERLEAVED ? 1 : pairs;
    }

    /** Elements from one pair to the next. */
    int step() {
        return layout == Layout.INTERLEAVED ? 2 : 1;
    }
}
