package io.baseload.engine.schedule;

/**
 * How many drafts pay. A step of more rows takes longer, by how much depends on the machine, the model's format and the context, so it is measured: for each number of
 * rows, the time of the latest steps. With k drafts, each of them right with probability a where those before it were, a step brings 1 + a + … + a^k tokens; the k that brings the most in a second is taken, and none where that
 * isn't at least a twentieth more than without.
 *
 * <p>A number of rows that wasn't tried yet is expected to cost a quarter of a step for each draft. What was measured fades towards that, so that a slow moment isn't held
 * against it for ever.
 */
final class DraftCosts {
    private static final int[] DRAFTS = {0, 1, 3, 7};
    private static final double EXPECTED = 0.25;
    private static final double LEAST_GAIN = 1.05;
    private static final double FADING = 1.0 / 512;

    /** By index in {@link #DRAFTS}; 0 = not measured. */
    private final double[] nanos = new double[DRAFTS.length];

    /**
     * The best number of drafts.
     *
     * @param trust probability that a draft is right
     * @param most drafts at most
     */
    int best(double trust, int most) {
        if (nanos[0] == 0) {
            return 0;
        }
        int best = 0;
        double rate = LEAST_GAIN / nanos[0];
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

    /** Notes how long a step took; single slow ones count little. */
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
