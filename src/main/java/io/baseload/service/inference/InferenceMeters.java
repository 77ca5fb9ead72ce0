package io.baseload.service.inference;

import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.ResidentModel;
import io.baseload.service.quota.SoftLimit;
import io.baseload.service.registry.LoadedModels;
import io.baseload.service.tenant.UsageBudget.Scope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The counters and histograms of answers, with the metric names and the label that dashboards for model servers expect. Counters exist before their first event, with the value 0:
 * Prometheus sees no increase in a series that begins with another value.
 */
final class InferenceMeters implements LoadedModels.Listener {
    private static final Duration[] QUICK = seconds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5);
    private static final Duration[] SLOW =
            seconds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300);

    /** How a request to a model can end. */
    private static final List<String> ENDS = Stream.concat(
                    Stream.of(StopReason.values()).map(StopReason::label),
                    Stream.of(Outcome.State.CANCELLED, Outcome.State.FAILED).map(Outcome.State::word))
            .toList();

    private final MeterRegistry registry;
    private final Map<String, OfModel> models = new ConcurrentHashMap<>();

    InferenceMeters(MeterRegistry registry) {
        this.registry = registry;
        for (RefusalReason reason : RefusalReason.values()) {
            refusals(reason);
        }
    }

    @Override
    public void entered(String id, ResidentModel model) {
        of(id);
    }

    /** Its counters stay as long as the model exists, because it may come back. */
    @Override
    public void left(String id) {}

    /**
     * Removes the meters of models that no longer exist.
     *
     * @param existing asked after the metered models are listed, so that a new model is no forgotten one
     */
    void keepOnly(Supplier<Set<String>> existing) {
        Set<String> gone = new HashSet<>(models.keySet());
        gone.removeAll(existing.get());
        gone.forEach(id -> models.computeIfPresent(id, (key, meters) -> {
            meters.all().forEach(registry::remove);
            return null;
        }));
    }

    OfModel of(String model) {
        return models.computeIfAbsent(
                model,
                id -> new OfModel(
                        ENDS.stream().collect(Collectors.toMap(end -> end, end -> ends(end, id))),
                        counter("baseload.prompt_tokens", "prompt tokens of ended requests", id),
                        counter("baseload.generation_tokens", "decoded tokens of ended requests", id),
                        counter("baseload.decoded_tokens", "decoded tokens, as they come", id),
                        timer(
                                "baseload.request_queue_time",
                                "from the request to the engine's first step for it",
                                id,
                                SLOW),
                        timer("baseload.time_to_first_token", "from the request to its first token", id, SLOW),
                        timer("baseload.inter_token_latency", "between two tokens of an answer", id, QUICK),
                        timer(
                                "baseload.request_time_per_output_token",
                                "mean time between the tokens of a request's answers, once for each request",
                                id,
                                QUICK),
                        timer(
                                "baseload.request_prefill_time",
                                "from the engine's first step for a request to its first token",
                                id,
                                SLOW),
                        timer("baseload.request_decode_time", "from a request's first token to its end", id, SLOW),
                        timer("baseload.e2e_request_latency", "from the request to its end", id, SLOW)));
    }

    void softLimit(SoftLimit passed) {
        var scope = passed.budget().scope();
        Counter.builder("baseload.quota_soft_limit")
                .description("budgets that went beyond their soft limit, each once a window")
                .tag("period", passed.budget().period().wire())
                .tag("of", owner(scope) + (scope.model().isEmpty() ? "" : "_model"))
                .register(registry)
                .increment();
    }

    private static String owner(Scope scope) {
        if (scope.isTenant()) {
            return "tenant";
        }
        return scope.isIdentity() ? "identity" : "key";
    }

    /** A request was refused before it started. */
    void refused(Throwable why) {
        refusals(RefusalReason.of(why)).increment();
    }

    private Counter refusals(RefusalReason reason) {
        return Counter.builder("baseload.requests_refused")
                .description("requests that were refused before their answer started")
                .tag("reason", reason.word())
                .register(registry);
    }

    private Counter ends(String finishedReason, String model) {
        return Counter.builder("baseload.request_success")
                .description("ended requests")
                .tag("model_name", model)
                .tag("finished_reason", finishedReason)
                .register(registry);
    }

    private Counter counter(String name, String description, String model) {
        return Counter.builder(name)
                .description(description)
                .tag("model_name", model)
                .register(registry);
    }

    private Timer timer(String name, String description, String model, Duration[] buckets) {
        return Timer.builder(name)
                .description(description)
                .tag("model_name", model)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private static Duration[] seconds(double... bounds) {
        return DoubleStream.of(bounds)
                .mapToObj(bound -> Duration.ofNanos(Math.round(bound * 1e9)))
                .toArray(Duration[]::new);
    }

    /** The meters of one model. */
    record OfModel(
            Map<String, Counter> ends,
            Counter promptTokens,
            Counter generationTokens,
            Counter decodedTokens,
            Timer queueTime,
            Timer firstToken,
            Timer interToken,
            Timer timePerToken,
            Timer prefill,
            Timer decode,
            Timer endToEnd) {
        Stream<Meter> all() {
            return Stream.concat(
                    ends.values().stream(),
                    Stream.of(
                            promptTokens,
                            generationTokens,
                            decodedTokens,
                            queueTime,
                            firstToken,
                            interToken,
                            timePerToken,
                            prefill,
                            decode,
                            endToEnd));
        }

        void ended(String finishedReason) {
            Objects.requireNonNull(ends.get(finishedReason), finishedReason).increment();
        }
    }
}
