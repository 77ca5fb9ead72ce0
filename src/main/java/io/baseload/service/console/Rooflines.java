package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The best possible decode rates of models on this machine, measured by the planner on request. Measuring uses all CPUs for some seconds, so pages only show the last measurement, as
 * long as the model is loaded as it was then.
 */
@Component
final class Rooflines {
    private static final String MODEL = "/admin/v1/models/{id}";

    private final Api api;
    private final Map<String, Roofline> measured = new ConcurrentHashMap<>();

    Rooflines(Api api) {
        this.api = api;
    }

    /**
     * A curve.
     *
     * @param loaded the model that it is of; empty if it was not in memory
     * @param points in the order of their batches, which are powers of two
     */
    record Roofline(Instant at, Optional<Loaded> loaded, List<Point> points) {
        /** Tokens per second of this number of sequences together; between two points the lower one is used. */
        double tokensPerSecond(int sequences) {
            return points.stream()
                    .filter(point -> point.batch() <= Math.max(1, sequences))
                    .mapToDouble(Point::tokensPerSecond)
                    .reduce(points.getFirst().tokensPerSecond(), (before, next) -> next);
        }
    }

    record Point(int batch, double tokensPerSecond) {}

    /** A model in memory: its files, and the settings that its rate depends on. */
    record Loaded(String sha256, String precision, String kvPrecision) {
        /** Empty if it is not in memory. */
        static Optional<Loaded> of(Map<String, Object> model) {
            return model.get("loaded") instanceof Map<?, ?> loaded
                    ? Optional.of(new Loaded(
                            String.valueOf(model.get("sha256")),
                            String.valueOf(loaded.get("precision")),
                            String.valueOf(loaded.get("kv_precision"))))
                    : Optional.empty();
        }

        /** The request for its plan. */
        Map<String, Object> question(String model) {
            return Map.of("model", model, "precision", precision, "kv_precision", kvPrecision);
        }
    }

    Map<String, Roofline> all() {
        return Map.copyOf(measured);
    }

    @SuppressWarnings("unchecked")
    void measure(String model) {
        Optional<Loaded> loaded = Loaded.of(api.get(MODEL, model));
        Map<String, Object> question = loaded.map(it -> it.question(model)).orElseGet(() -> Map.of("model", model));
        Map<String, Object> plan = api.send("POST", question, "/admin/v1/plan");
        var batches = (List<Map<String, Object>>) plan.getOrDefault("batches", List.of());
        measured.put(
                model,
                new Roofline(
                        Instant.now(),
                        loaded,
                        batches.stream()
                                .map(point -> new Point(
                                        (int) EngineState.number(point, "batch"),
                                        EngineState.number(point, "tokens_per_second")))
                                .toList()));
    }

    /** Drops the curves of models that were loaded in another way since, and of those that are gone. */
    void dropOutdated() {
        measured.forEach((model, curve) -> {
            if (isOutdated(model, curve)) {
                measured.remove(model, curve);
            }
        });
    }

    private boolean isOutdated(String model, Roofline curve) {
        try {
            Optional<Loaded> now = Loaded.of(api.get(MODEL, model));
            return now.isPresent() && !now.equals(curve.loaded());
        } catch (Api.Refused e) {
            if (e.status() == 404) {
                return true;
            }
            throw e;
        }
    }

    /** A model's rate as a fraction of the roofline. */
    Optional<Double> part(String model, int active, double rate) {
        Roofline best = measured.get(model);
        return best == null || active == 0 ? Optional.empty() : Optional.of(rate / best.tokensPerSecond(active));
    }
}
