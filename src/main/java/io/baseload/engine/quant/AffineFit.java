package io.baseload.engine.quant;

/**
 * A scale and a minimum with which integers from 0 on come near some numbers, x ≈ scale · code + minimum. A grid from the least number to the greatest is tried, and grids up to one
 * step longer and shorter; each gives codes, and codes the scale and minimum of least squares. That of the least error wins, as in ggml's {@code make_qkx2_quants}, all
 * numbers weighing the same. Costs about as many rounds over the numbers as there are grids.
 */
record AffineFit(float scale, float minimum) {
    /** Grids that are tried. */
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
