package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * The best possible decode rates of models on this machine, measured by the planner on request. Measuring uses all CPUs for some seconds, so pages only show the last measurement.
 */
@Component
final class Rooflines {
    private final Api api;
    private final Map<String, Roofline> measured = new ConcurrentHashMap<>();

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

    Map<String, Roofline> all() {
        return Map.copyOf(measured);
    }

    @SuppressWarnings("unchecked")
    void measure(String model) {
        Map<String, Object> plan = api.send("POST", Map.of("model", model), "/admin/v1/plan");
        var batches = (List<Map<String, Object>>) plan.getOrDefault("batches", List.of());
        measured.put(
                model,
                new Roofline(
                        Instant.now(),
                        batches.stream()
                                .map(point -> new Point(
                                        (int) EngineState.number(point, "batch"),
                                        EngineState.number(point, "tokens_per_second")))
                                .toList()));
    }

    /** A model's rate as a fraction of the roofline. */
    Optional<Double> part(String model, int active, double rate) {
        Roofline best = measured.get(model);
        return best == null || active == 0 ? Optional.empty() : Optional.of(rate / best.tokensPerSecond(active));
    }
}
