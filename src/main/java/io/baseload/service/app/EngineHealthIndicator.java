package io.baseload.service.app;

import io.baseload.engine.api.Engine;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Down when the engine has lost a worker: it computes nothing any more. Part of liveness, because only a new process mends it, and of readiness. */
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
