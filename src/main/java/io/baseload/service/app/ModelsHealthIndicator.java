package io.baseload.service.app;

import io.baseload.service.routing.Startup;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Up once the wanted models are loaded, and from then on; part of readiness. */
@Component
final class ModelsHealthIndicator implements HealthIndicator {
    private final Startup startup;

    ModelsHealthIndicator(Startup startup) {
        this.startup = startup;
    }

    @Override
    public Health health() {
        Health.Builder health = startup.isReady() ? Health.up() : Health.outOfService();
        return health.build();
    }
}
