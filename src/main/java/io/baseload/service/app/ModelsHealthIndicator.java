package io.baseload.service.app;

import io.baseload.service.registry.Readiness;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up once a model has answered, or where none is wanted; part of readiness. */
@Component
final class ModelsHealthIndicator implements HealthIndicator {
    private final Readiness readiness;

    ModelsHealthIndicator(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public Health health() {
        Health.Builder health = readiness.isReady() ? Health.up() : Health.outOfService();
        return health.build();
    }
}
