package io.baseload.service.tenant;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A customer of the service; keys, limits and usage belong to a tenant.
 *
 * @param id matches {@link #ID}
 * @param windows budgets of the tenant and of models; those of a key belong to the key
 * @param maxConcurrent answers that may run or wait at the same time, at least 1
 * @param weight share of the engine against other tenants, 1 to 1000
 * @param maxWait how long a request may wait until its answer starts; empty = the service's setting
 */
public record Tenant(String id, List<UsageBudget> windows, int maxConcurrent, int weight, Optional<Duration> maxWait) {
    /** The syntax of an id. */
    public static final String ID = "[a-z0-9][a-z0-9._-]{0,62}";
    /** The tenant that always exists. */
    public static final String DEFAULT = "default";

    /** A tenant whose requests wait as long as the service allows. */
    public Tenant(String id, List<UsageBudget> windows, int maxConcurrent, int weight) {
        this(id, windows, maxConcurrent, weight, Optional.empty());
    }
}
