package io.baseload.chat.api;

import java.util.Arrays;

/** Operations on the vectors of texts. */
public final class Vectors {
    private Vectors() {}

    /** The first numbers of a vector, normalized to length 1. */
    public static float[] shortened(float[] vector, int length) {
        float[] first = Arrays.copyOf(vector, length);
        double squares = 0;
        for (float number : first) {
            squares += (double) number * number;
        }
        double norm = Math.sqrt(squares);
        for (int i = 0; i < length && norm > 0; i++) {
            first[i] = (float) (first[i] / norm);
        }
        return first;
    }
}
