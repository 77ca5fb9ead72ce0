package io.baseload.engine.schedule;

/**
 * Computes the number of drafts that pays off. How much longer a step with more rows takes depends on the machine, the model's format and the context, so the time of the latest steps is
 * measured for each number of rows. With k drafts, each right with probability a if those before it are, a step yields 1 + a + … + a^k tokens. The k with the most tokens per second is
 * chosen, and no drafts if the gain is less than a twentieth.
 *
 * <p>For a number of rows without a measurement, a draft is assumed to cost a quarter of a step. Measurements decay towards that assumption, so that a slow moment is forgotten.
 */
final class DraftCosts {
    private static final int[] DRAFTS = {0, 1, 3, 7};
    private static final double EXPECTED = 0.25;
    private static final double MIN_GAIN = 1.05;
    private static final double FADING = 1.0 / 512;

    /** By index in {@link #DRAFTS}; 0 = not measured. */
    private final double[] nanos = new double[DRAFTS.length];

    /**
     * The best number of drafts.
     *
     * @param trust probability that a draft is right
     * @param most the most drafts
     */
    int best(double trust, int most) {
        if (nanos[0] == 0) {
            return 0;
        }
        int best = 0;
        double rate = MIN_GAIN / nanos[0];
        for (int i = 1; i < DRAFTS.length && DRAFTS[i] <= most; i++) {
            double candidate = tokens(trust, DRAFTS[i]) / cost(i);
            if (candidate > rate) {
                best = DRAFTS[i];
                rate = candidate;
            }
        }
        return best;
    }

    private static double tokens(double trust, int drafts) {
        double sum = 1;
        double right = 1;
        for (int i = 0; i < drafts; i++) {
            right *= trust;
            sum += right;
        }
        return sum;
    }

    private double cost(int i) {
        return nanos[i] == 0 ? expected(i) : nanos[i];
    }

    private double expected(int i) {
        return nanos[0] * (1 + EXPECTED * DRAFTS[i]);
    }

    /** Records the time of a step; single slow ones have little effect. */
    void took(int drafts, long time) {
        for (int i = 0; i < DRAFTS.length; i++) {
            double before = nanos[i];
            if (DRAFTS[i] == drafts) {
                nanos[i] = before == 0 ? time : before + Math.min(time - before, before) / (time < before ? 4 : 16);
            } else if (i > 0 && before > expected(i)) {
                nanos[i] += (expected(i) - before) * FADING;
            }
        }
    }
}
