package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The best possible decode rates of models on this machine, as they are loaded, measured by the planner on request. Measuring uses all CPUs for some seconds, so pages only show the last
 * measurement.
 */
@Component
final class Rooflines {
    private final Api api;
    private final Map<Loaded, Roofline> measured = new ConcurrentHashMap<>();

    Rooflines(Api api) {
        this.api = api;
    }

    /**
     * A curve.
     *
     * @param points in the order of their batches, which are powers of two
     */
    record Roofline(Instant at, List<Point> points) {
        /** Tokens per second of this number of sequences together; between two points the lower one is used. */
        double tokensPerSecond(int sequences) {
            return points.stream()
                    .filter(point -> point.batch() <= Math.max(1, sequences))
                    .mapToDouble(Point::tokensPerSecond)
                    .reduce(points.getFirst().tokensPerSecond(), (before, next) -> next);
        }
    }

    record Point(int batch, double tokensPerSecond) {}

    /** A model's weights, and the settings that its rate depends on. */
    private record Loaded(String id, String fingerprint, String precision, String kvPrecision) {
        static Loaded of(Map<String, Object> model) {
            return new Loaded(
                    String.valueOf(model.get("id")),
                    String.valueOf(model.get("fingerprint")),
                    String.valueOf(model.get("precision")),
                    String.valueOf(model.get("kv_precision")));
        }
    }

    /** The curve of a model in the API's engine, or in a sample of it. */
    Optional<Roofline> of(Map<String, Object> model) {
        return Optional.ofNullable(measured.get(Loaded.of(model)));
    }

    @SuppressWarnings("unchecked")
    void measure(String model) {
        Loaded loaded = EngineState.models(api.get(EngineState.ENGINE)).stream()
                .map(Loaded::of)
                .filter(each -> each.id().equals(model))
                .findFirst()
                .orElseThrow(() -> new Api.Refused(409, "The model '" + model + "' is not in memory."));
        Map<String, Object> plan = api.send(
                "POST",
                Map.of("model", model, "precision", loaded.precision(), "kv_precision", loaded.kvPrecision()),
                "/admin/v1/plan");
        var batches = (List<Map<String, Object>>) plan.getOrDefault("batches", List.of());
        measured.put(
                loaded,
                new Roofline(
                        Instant.now(),
                        batches.stream()
                                .map(point -> new Point(
                                        (int) EngineState.number(point, "batch"),
                                        EngineState.number(point, "tokens_per_second")))
                                .toList()));
    }

    /** A model's rate as a fraction of the roofline. */
    Optional<Double> part(Map<String, Object> model, double rate) {
        int active = (int) EngineState.number(model, "active");
        return active == 0 ? Optional.empty() : of(model).map(best -> rate / best.tokensPerSecond(active));
    }
}
