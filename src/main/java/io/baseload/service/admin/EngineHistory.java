package io.baseload.service.admin;

import io.baseload.service.registry.EngineView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Keeps recent samples of the engine in this process's memory: one every few seconds, at most 1,080. */
@Component
final class EngineHistory implements InitializingBean, DisposableBean {
    static final Duration EVERY = Duration.ofSeconds(10);
    private static final int SAMPLES = (int) (Duration.ofHours(3).toSeconds() / EVERY.toSeconds());

    private final EngineView engine;
    private final MeterRegistry registry;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("engine-history").daemon().factory());

    EngineHistory(EngineView engine, MeterRegistry registry) {
        this.engine = engine;
        this.registry = registry;
    }

    /**
     * A sample.
     *
     * @param decodedTokens since the start, of all models here
     * @param active answers being computed
     * @param queued waiting answers
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Sample(Instant at, long decodedTokens, long steps, int active, int queued) {}

    /** Tokens decoded by the models here since the start; running answers are counted token by token. */
    long decoded() {
        return Math.round(registry.find("baseload.decoded_tokens").counters().stream()
                .mapToDouble(Counter::count)
                .sum());
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    private void sample() {
        var models = engine.models();
        var sample = new Sample(
                Instant.now(),
                decoded(),
                models.stream().mapToLong(model -> model.times().steps()).sum(),
                models.stream().mapToInt(model -> model.load().active()).sum(),
                models.stream().mapToInt(model -> model.load().queued()).sum());
        synchronized (this) {
            samples.add(sample);
            if (samples.size() > SAMPLES) {
                samples.remove();
            }
        }
    }

    @Override
    public void afterPropertiesSet() {
        var unused = clock.scheduleAtFixedRate(this::sample, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
