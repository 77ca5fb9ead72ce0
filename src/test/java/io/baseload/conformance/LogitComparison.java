package io.baseload.conformance;

import java.util.Locale;
import java.util.Optional;

/** Operations on a row of logits. */
final class LogitComparison {
    private LogitComparison() {}

    /** Where the largest difference is, if it is beyond the tolerance; the tally keeps it in any case. */
    static Optional<String> close(Tally tally, float[] given, float[] reference, double tolerance) {
        int worst = 0;
        for (int i = 0; i < reference.length; i++) {
            worst = distance(given, reference, i) > distance(given, reference, worst) ? i : worst;
        }
        double largest = distance(given, reference, worst);
        tally.difference(largest);
        return largest <= tolerance
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "token %d has the logit %f, not %f", worst, given[worst], reference[worst]));
    }

    static double logSumExp(float[] logits) {
        float largest = logits[0];
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    /** NaN is as far as can be. */
    private static double distance(float[] given, float[] reference, int i) {
        double distance = Math.abs((double) given[i] - reference[i]);
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
    }
}
