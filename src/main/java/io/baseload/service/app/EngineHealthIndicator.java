package io.baseload.service.app;

import io.baseload.engine.api.Engine;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Down if the engine has lost a worker and can't compute any more. Part of liveness, because only a restart repairs it, and of readiness. */
@Component
final class EngineHealthIndicator implements HealthIndicator {
    private final Engine engine;

    EngineHealthIndicator(Engine engine) {
        this.engine = engine;
    }

    @Override
    public Health health() {
        return (engine.whole() ? Health.up() : Health.down()).build();
    }
}
