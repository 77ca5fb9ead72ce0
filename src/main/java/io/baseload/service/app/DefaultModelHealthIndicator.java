package io.baseload.service.app;

import io.baseload.service.registry.Readiness;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up when the model behind the alias {@code default} answers; part of readiness. */
@Component
final class DefaultModelHealthIndicator implements HealthIndicator {
    private final Readiness readiness;

    DefaultModelHealthIndicator(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public Health health() {
        Health.Builder health = readiness.defaultAnswers() ? Health.up() : Health.outOfService();
        return health.build();
    }
}
