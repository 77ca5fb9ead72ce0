package io.baseload.service.backend;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** The activity of one backend, with the label {@code backend}. */
final class BackendMeters implements AutoCloseable {
    private static final Duration[] BOUNDS = LongStream.of(
                    5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Timer firstByte;
    private final Map<BackendOutcome, Counter> ended = new EnumMap<>(BackendOutcome.class);
    private final List<Meter> gauges;

    BackendMeters(MeterRegistry registry, String backend, Supplier<Number> up, Supplier<Number> running) {
        this.registry = registry;
        this.firstByte = Timer.builder("baseload.backend.time_to_first_byte")
                .description("from a request to a backend until its answer begins")
                .tag("backend", backend)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
        // before the first request: Prometheus sees no increase in a series that begins with 1
        for (BackendOutcome outcome : BackendOutcome.values()) {
            ended.put(
                    outcome,
                    Counter.builder("baseload.backend.requests")
                            .description("requests to a backend, by how they ended")
                            .tag("backend", backend)
                            .tag("outcome", outcome.label())
                            .register(registry));
        }
        this.gauges = List.of(
                Gauge.builder("baseload.backend.up", up)
                        .description("1 if the backend is healthy, else 0")
                        .tag("backend", backend)
                        .register(registry),
                Gauge.builder("baseload.backend.running", running)
                        .description("current requests to a backend")
                        .tag("backend", backend)
                        .register(registry));
    }

    Timer firstByte() {
        return firstByte;
    }

    void ended(BackendOutcome outcome) {
        Objects.requireNonNull(ended.get(outcome)).increment();
    }

    /** Its current state is no longer reported; its counters stay, for a client that replaces this one. */
    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }

    /** The backend is gone. */
    void remove() {
        close();
        registry.remove(firstByte);
        ended.values().forEach(registry::remove);
    }
}
