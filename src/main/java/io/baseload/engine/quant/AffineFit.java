package io.baseload.engine.quant;

/**
 * A scale and a minimum for approximating numbers by integers from 0 on, x ≈ scale · code + minimum. Tries a grid from the least number to the greatest, and grids up to one step longer and
 * shorter; each gives codes, and codes give the scale and minimum of least squares. The one with the least error is chosen, as in ggml's {@code make_qkx2_quants} with equal weights. The
 * cost is about one pass over the numbers for each grid.
 */
record AffineFit(float scale, float minimum) {
    /** Number of grids. */
    private static final int GRIDS = 21;

    private static final float STEP = 2f / (GRIDS - 1);

    static AffineFit of(float[] x, int at, int count, int mostCode) {
        float least = x[at];
        float most = x[at];
        double sum = 0;
        for (int i = at; i < at + count; i++) {
            least = Math.min(least, x[i]);
            most = Math.max(most, x[i]);
            sum += x[i];
        }
        AffineFit best = new AffineFit(0, least);
        double bestGain = Double.NEGATIVE_INFINITY;
        float range = most - least;
        for (int grid = 0; grid < GRIDS && range > 0; grid++) {
            float factor = (mostCode - 1 + STEP * grid) / range;
            int codes = 0;
            int squares = 0;
            double products = 0;
            for (int i = at; i < at + count; i++) {
                int code = Math.min((int) ((x[i] - least) * factor + 0.5f), mostCode);
                codes += code;
                squares += code * code;
                products += (double) code * x[i];
            }
            double determinant = (double) count * squares - (double) codes * codes;
            double scale = (count * products - sum * codes) / determinant;
            double minimum = (squares * sum - codes * products) / determinant;
            double gain = scale * products + minimum * sum;
            if (determinant > 0 && gain > bestGain) {
                bestGain = gain;
                best = new AffineFit((float) scale, (float) minimum);
            }
        }
        return best;
    }
}
