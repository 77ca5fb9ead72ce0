package io.baseload.service.routing;

import io.baseload.service.routing.Canary.Rule;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The results of the requests of one side. Cancelled ones are not included.
 *
 * @param errors answers that failed, or did not start although the model was there; for the canary also requests that it refused and another target accepted
 * @param tenants each tenant's part of these; in the table, only the canary's side has them
 * @param waits answers by the time to their first token: step {@code i} ends at 1.2 to the power of {@code i} milliseconds
 */
public record CanaryCount(long answers, long errors, Map<String, TenantCount> tenants, long[] waits) {
    static final int STEPS = 85; // over an hour
    private static final double GROWTH = 1.2;

    /** The results of one tenant's requests. */
    public record TenantCount(long answers, long errors) {
        TenantCount plus(TenantCount more) {
            return new TenantCount(answers + more.answers, errors + more.errors);
        }

        TenantCount minus(TenantCount part) {
            return new TenantCount(answers - part.answers, errors - part.errors);
        }
    }

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
        var each = new HashMap<>(tenants);
        more.tenants.forEach((tenant, some) -> each.merge(tenant, some, TenantCount::plus));
        return new CanaryCount(answers + more.answers, errors + more.errors, Map.copyOf(each), sum);
    }

    static CanaryCount ofAnswer(String tenant, Duration wait) {
        var waits = new long[STEPS];
        waits[step(wait)]++;
        return new CanaryCount(1, 0, Map.of(tenant, new TenantCount(1, 0)), waits);
    }

    static CanaryCount ofError(String tenant) {
        return new CanaryCount(1, 1, Map.of(tenant, new TenantCount(1, 1)), new long[STEPS]);
    }

    /** The tenant without which there are enough answers and not too many errors; if that is true of several, the one with most errors. */
    Optional<String> tenantToBlame(Rule rule) {
        TenantCount all = ofAllTenants();
        return tenants.entrySet().stream()
                .filter(entry -> {
                    TenantCount others = all.minus(entry.getValue());
                    return others.answers >= rule.minRequests() && others.errors <= rule.allowedErrors(others.answers);
                })
                .max(Comparator.<Map.Entry<String, TenantCount>>comparingLong(entry -> entry.getValue().errors)
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey);
    }

    /**
     * The results of the other tenants together.
     *
     * @param tenant one of those that were counted
     */
    TenantCount without(String tenant) {
        return ofAllTenants().minus(Objects.requireNonNull(tenants.get(tenant)));
    }

    /** Of answers whose tenant is not known, only the errors are included. */
    private TenantCount ofAllTenants() {
        return new TenantCount(
                tenants.values().stream().mapToLong(TenantCount::answers).sum(), errors);
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
