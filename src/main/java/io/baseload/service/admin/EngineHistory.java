package io.baseload.service.admin;

import io.baseload.service.registry.EngineView;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Keeps recent samples of the engine in this process's memory: one every few seconds, at most 1,080. */
@Component
final class EngineHistory implements InitializingBean, DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(EngineHistory.class);
    static final Duration EVERY = Duration.ofSeconds(10);
    private static final int SAMPLES = (int) (Duration.ofHours(3).toSeconds() / EVERY.toSeconds());

    private final EngineView engine;
    private final DecodedTokens tokens;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("engine-history").daemon().factory());

    EngineHistory(EngineView engine, MeterRegistry registry) {
        this.engine = engine;
        this.tokens = new DecodedTokens(registry);
    }

    /**
     * A sample.
     *
     * @param decodedTokens since the start, of all models, also those that are no longer in memory
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Sample(Instant at, long decodedTokens, List<OfModel> models) {}

    /**
     * A model in memory.
     *
     * @param fingerprint identifies build and weights
     * @param precision the precision of linear layers: exact or fast
     * @param kvPrecision the number format of the KV cache: f32, f16 or q8
     * @param decodedTokens since the start
     * @param steps since it was loaded
     * @param busySeconds duration of these steps
     * @param operatorSeconds the workers' time by operator, all workers together
     * @param active answers being computed
     * @param queued waiting answers
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record OfModel(
            String id,
            String fingerprint,
            String precision,
            String kvPrecision,
            long decodedTokens,
            long steps,
            double busySeconds,
            Map<String, Double> operatorSeconds,
            int active,
            int queued) {}

    /** Tokens decoded since the start; running answers are counted token by token. */
    long decoded() {
        return tokens.total();
    }

    /** Those of one model. */
    long decoded(String model) {
        return tokens.of(model);
    }

    /** Those from a moment on, oldest first. */
    synchronized List<Sample> samples(Instant from) {
        return samples.stream().filter(sample -> !sample.at().isBefore(from)).toList();
    }

    private void attempt() {
        try {
            sample();
        } catch (RuntimeException | Error e) {
            LOG.warn("A sample of the engine is missing: {}", e.toString());
        }
    }

    private void sample() {
        var sample = new Sample(
                Instant.now(),
                decoded(),
                engine.models().stream().map(this::ofModel).toList());
        synchronized (this) {
            samples.add(sample);
            if (samples.size() > SAMPLES) {
                samples.remove();
            }
        }
    }

    private OfModel ofModel(EngineView.Running model) {
        return new OfModel(
                model.id(),
                model.model().fingerprint(),
                model.model().options().precision().label(),
                model.model().options().kvPrecision().label(),
                decoded(model.id()),
                model.times().steps(),
                EngineForm.seconds(model.times().busy()),
                EngineForm.operatorSeconds(model.times()),
                model.load().active(),
                model.load().queued());
    }

    @Override
    public void afterPropertiesSet() {
        var unused = clock.scheduleAtFixedRate(this::attempt, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
