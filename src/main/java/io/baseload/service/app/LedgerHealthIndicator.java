package io.baseload.service.app;

import io.baseload.service.cluster.Membership;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up if the ledger can be written, as far as {@link Membership#writes} knows. Part of readiness. */
@Component
final class LedgerHealthIndicator implements HealthIndicator {
    private final Membership membership;

    LedgerHealthIndicator(Membership membership) {
        this.membership = membership;
    }

    @Override
    public Health health() {
        return (membership.writes() ? Health.up() : Health.outOfService()).build();
    }
}
