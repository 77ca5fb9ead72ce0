package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.runtime.LostWorker;
import io.baseload.testing.Patience;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

/** The engine's part in the health of the service, and in the groups for liveness and readiness as application.yml defines them. */
class EngineHealthIndicatorTest {
    @ImportAutoConfiguration({
        ApplicationAvailabilityAutoConfiguration.class,
        AvailabilityProbesAutoConfiguration.class,
        HealthContributorAutoConfiguration.class,
        HealthContributorRegistryAutoConfiguration.class,
        HealthEndpointAutoConfiguration.class
    })
    static class Probes {}

    @Test
    void aWholeEngineIsUp() {
        try (Engine engine = Engine.open(new EngineOptions(2, false));
                var service = around(engine)) {
            for (String path : new String[] {"engine", "liveness", "readiness"}) {
                assertThat(status(service, path)).as(path).isEqualTo(Status.UP);
            }
        }
    }

    @Test
    void anEngineThatHasLostAWorkerIsDown() {
        try (Engine engine = LostWorker.open();
                var service = around(engine)) {
            Patience.await().until(() -> !engine.whole());
            for (String path : new String[] {"engine", "liveness", "readiness"}) {
                assertThat(status(service, path)).as(path).isEqualTo(Status.DOWN);
            }
        }
    }

    /** Without the models and the ledger, which the group of readiness includes too. */
    private static ConfigurableApplicationContext around(Engine engine) {
        return new SpringApplicationBuilder(Probes.class, EngineHealthIndicator.class)
                .web(WebApplicationType.NONE)
                .initializers(context -> context.getBeanFactory().registerSingleton("engine", engine))
                .run("--management.endpoint.health.validate-group-membership=false", "--logging.level.root=warn");
    }

    private static Status status(ConfigurableApplicationContext service, String path) {
        return Objects.requireNonNull(service.getBean(HealthEndpoint.class).healthForPath(path))
                .getStatus();
    }
}
