package io.baseload.service.routing;

import java.time.Duration;

/**
 * The results of the requests of one side. Cancelled ones are not included.
 *
 * @param errors answers that failed, or did not start although the model was there; for the canary also requests that it refused and another target accepted
 * @param waits answers by the time to their first token: step {@code i} ends at 1.2 to the power of {@code i} milliseconds
 */
public record CanaryCount(long answers, long errors, long[] waits) {
    static final int STEPS = 85; // over an hour
    private static final double GROWTH = 1.2;

    static CanaryCount none() {
        return new CanaryCount(0, 0, new long[STEPS]);
    }

    static int step(Duration wait) {
        double millis = wait.toNanos() / 1e6;
        return millis <= 1 ? 0 : (int) Math.min(STEPS - 1, Math.ceil(Math.log(millis) / Math.log(GROWTH)));
    }

    CanaryCount plus(CanaryCount more) {
        long[] sum = waits.clone();
        for (int i = 0; i < STEPS; i++) {
            sum[i] += more.waits[i];
        }
        return new CanaryCount(answers + more.answers, errors + more.errors, sum);
    }

    CanaryCount plusAnswer(Duration wait) {
        long[] more = waits.clone();
        more[step(wait)]++;
        return new CanaryCount(answers + 1, errors, more);
    }

    CanaryCount plusError() {
        return new CanaryCount(answers + 1, errors + 1, waits);
    }

    /** The end of the step within which 95 of 100 first tokens arrived, in milliseconds; 0 if there were none. */
    public long firstTokenMillis() {
        long measured = 0;
        for (long some : waits) {
            measured += some;
        }
        long wanted = measured - measured / 20;
        long seen = 0;
        for (int i = 0; i < STEPS; i++) {
            seen += waits[i];
            if (seen >= wanted && wanted > 0) {
                return Math.round(Math.pow(GROWTH, i));
            }
        }
        return 0;
    }
}
