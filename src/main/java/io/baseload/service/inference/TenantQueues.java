package io.baseload.service.inference;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Reports how many requests of each tenant wait. Only a limited number of tenants have their own label, the first ones since the start; all others together are {@code other}. */
final class TenantQueues {
    private static final String OTHERS = "other";

    private final MeterRegistry registry;
    private final int most;
    private final Map<String, Set<WaitingLine>> lines = new HashMap<>();

    /** @param most maximum number of tenants with a label of their own */
    TenantQueues(MeterRegistry registry, int most) {
        this.registry = registry;
        this.most = most;
    }

    /** Counts the requests waiting in a queue for its tenant; returns the queue. */
    synchronized WaitingLine add(String tenant, WaitingLine line) {
        boolean own = lines.containsKey(tenant) || lines.size() < most;
        lines.computeIfAbsent(own ? tenant : OTHERS, this::measured).add(line);
        return line;
    }

    /** Forgets a queue in which nobody waits. Its tenant's label stays. */
    synchronized void remove(String tenant, WaitingLine line) {
        lines.computeIfPresent(lines.containsKey(tenant) ? tenant : OTHERS, (label, all) -> {
            all.remove(line);
            return all;
        });
    }

    private Set<WaitingLine> measured(String label) {
        Set<WaitingLine> all = ConcurrentHashMap.newKeySet();
        Gauge.builder("baseload.tenant_requests_waiting", all, TenantQueues::waiting)
                .description("requests of a tenant that wait for their first step")
                .tag("tenant", label)
                .register(registry);
        return all;
    }

    private static double waiting(Collection<WaitingLine> lines) {
        return lines.stream().mapToInt(WaitingLine::waiting).sum();
    }
}
