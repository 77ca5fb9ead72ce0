package io.baseload.service.backend;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.tracing.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.ssl.SslBundles;

/** Connections to backends of this machine, with time limits that no test reaches, and a clock that stands: the pause of a backend that failed lasts until it answers. */
final class LoopbackConnections {
    static final Duration LONG = Duration.ofMinutes(5);

    private LoopbackConnections() {}

    static BackendConnections of(Path home, MeterRegistry registry) {
        return of(home, registry, LONG);
    }

    static BackendConnections of(Path home, MeterRegistry registry, Duration betweenProbes) {
        return new BackendConnections(
                new BackendProperties(List.of("127.0.0.1"), null, LONG, betweenProbes, LONG, null),
                BaseloadHome.at(home),
                MasterKeys.of(List.of()),
                new StaticListableBeanFactory().getBeanProvider(SslBundles.class),
                registry,
                Traces.off(),
                () -> 0);
    }
}
