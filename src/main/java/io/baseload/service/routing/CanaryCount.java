package io.baseload.service.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * The results of the requests of one side. Cancelled ones are not included.
 *
 * @param errors answers that failed, or did not start although the model was there; for the canary also requests that it refused and another target accepted
 * @param failures the errors of each tenant that was answered
 * @param waits answers by the time to their first token: step {@code i} ends at 1.2 to the power of {@code i} milliseconds
 */
public record CanaryCount(long answers, long errors, Map<String, Long> failures, long[] waits) {
    static final int STEPS = 85; // over an hour
    private static final double GROWTH = 1.2;

    static CanaryCount none() {
        return new CanaryCount(0, 0, Map.of(), new long[STEPS]);
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
        var each = new HashMap<>(failures);
        more.failures.forEach((tenant, some) -> each.merge(tenant, some, Long::sum));
        return new CanaryCount(answers + more.answers, errors + more.errors, Map.copyOf(each), sum);
    }

    static CanaryCount ofAnswer(String tenant, Duration wait) {
        var waits = new long[STEPS];
        waits[step(wait)]++;
        return new CanaryCount(1, 0, Map.of(tenant, 0L), waits);
    }

    static CanaryCount ofError(String tenant) {
        return new CanaryCount(1, 1, Map.of(tenant, 1L), new long[STEPS]);
    }

    /** The errors by which a canary is judged: if several tenants were answered, on either side, those of one count at most as often as those of all others together. */
    long judgedErrors(CanaryCount otherSide) {
        var tenants = new HashSet<>(failures.keySet());
        tenants.addAll(otherSide.failures.keySet());
        if (tenants.size() < 2) {
            return errors;
        }
        long most = failures.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return Math.min(errors, 2 * (errors - most));
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
