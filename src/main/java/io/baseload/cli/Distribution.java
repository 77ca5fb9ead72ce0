package io.baseload.cli;

import io.baseload.engine.api.NotFiniteException;

/** log softmax in double; for one thread. */
final class Distribution {
    /** Below this, e^x is 0 in double. */
    private static final double MIN_EXPONENT = -700;

    private static final double LOG2_E = 1 / Math.log(2);

    /** ln 2 in two parts: a whole number times the first is exact. */
    private static final double LN2_HIGH = 0x1.62e42fee00000p-1;

    private static final double LN2_LOW = 0x1.a39ef35793c76p-33;

    /** Adding this rounds a double to a whole number, which is then in its lowest bits. */
    private static final double ROUND = 0x1.8p52;

    private final double[] terms;

    Distribution(int vocabulary) {
        terms = new double[vocabulary];
    }

    /**
     * log Σ e^logit, the difference between a logit and its log-probability.
     *
     * @throws NotFiniteException if it is not finite
     */
    double logSum(float[] logits) {
        double max = exponentials(logits);
        double result = max + Math.log(sum());
        if (!Double.isFinite(result)) {
            throw new NotFiniteException("the model's logits are not finite");
        }
        return result;
    }

    /** Σ p·(log p − log q), in nats (Kullback and Leibler, 1951). */
    double divergence(float[] p, double logSumP, float[] q, double logSumQ) {
        exponentials(p);
        double sum = 0;
        double mixed = 0;
        for (int i = 0; i < terms.length; i++) {
            sum += terms[i];
            mixed += terms[i] * ((double) p[i] - q[i]);
        }
        return mixed / sum - logSumP + logSumQ;
    }

    /** Terms become e^(logit − maximum); returns the maximum. */
    private double exponentials(float[] logits) {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        for (int i = 0; i < terms.length; i++) {
            terms[i] = exp((double) logits[i] - max);
        }
        return max;
    }

    private double sum() {
        double sum = 0;
        for (double term : terms) {
            sum += term;
        }
        return sum;
    }

    /** x = n·ln 2 + r, e^x = 2^n · Σ r^k / k!. The largest error is about 1e-13, relative; C2 makes vectors of it. */
    static double exp(double x) {
        double c = Math.max(x, MIN_EXPONENT);
        double shifted = c * LOG2_E + ROUND;
        double n = shifted - ROUND;
        double r = c - n * LN2_HIGH - n * LN2_LOW;
        double p = 1
                + r
                        * (1
                                + r
                                        * (1 / 2.0
                                                + r
                                                        * (1 / 6.0
                                                                + r
                                                                        * (1 / 24.0
                                                                                + r
                                                                                        * (1 / 120.0
                                                                                                + r
                                                                                                        * (1 / 720.0
                                                                                                                + r
                                                                                                                        * (1
                                                                                                                                        / 5040.0
                                                                                                                                + r
                                                                                                                                        * (1
                                                                                                                                                        / 40320.0
                                                                                                                                                + r
                                                                                                                                                        * (1
                                                                                                                                                                        / 362880.0
                                                                                                                                                                + r
                                                                                                                                                                        / 3628800.0)))))))));
        return Double.longBitsToDouble(Double.doubleToRawLongBits(p) + (Double.doubleToRawLongBits(shifted) << 52));
    }

    /** The likeliest token; of equal ones the first. */
    static int top(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
