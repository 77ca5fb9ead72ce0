package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The engine as shown on pages: the API's current answer, and figures derived from it and from earlier ones. */
@Component
final class EngineState {
    private static final Duration WINDOW = Duration.ofSeconds(25);
    private static final String DECODED = "decoded_tokens";
    static final String ROOFLINE = "roofline";
    static final String ENGINE = "/admin/v1/engine";
    private static final String HISTORY = ENGINE + "/history";

    /** Enough for the width of a plot, and for a page of less than 150 KB. */
    private static final int MAX_PLOTTED = 240;

    private final Api api;
    private final Rooflines rooflines;

    EngineState(Api api, Rooflines rooflines) {
        this.api = api;
        this.rooflines = rooflines;
    }

    /**
     * A sample.
     *
     * @param models as in the API, each with its share of the machine's limit as {@code roofline}; absent if it was not measured, or the model does nothing
     * @param tokensPerSecond over the last 25 seconds, all models together; null until there is an earlier sample
     * @param prefixHits share of the prompt tokens found in the prefix cache; null if none was looked up
     * @param roofline share of the machine's limit, all models together; null if nothing runs, or the limit of a running model was not measured
     */
    record Now(
            Map<String, Object> memory,
            List<Map<String, Object>> models,
            long decoded,
            int active,
            int queued,
            @Nullable Double tokensPerSecond,
            @Nullable Double prefixHits,
            @Nullable Double roofline) {}

    @SuppressWarnings("unchecked")
    Now now() {
        Map<String, Object> engine = api.get(ENGINE);
        Instant at = at(engine);
        Optional<Map<String, Object>> earlier = earlier(at);
        List<Map<String, Object>> models = models(engine);
        earlier.ifPresent(sample -> addRooflines(models, sample, between(sample, at)));
        double looked = sum(models, "prefix_tokens_looked_up");
        return new Now(
                (Map<String, Object>) engine.getOrDefault("memory", Map.of()),
                models,
                (long) number(engine, DECODED),
                (int) sum(models, "active"),
                (int) sum(models, "queued"),
                earlier.map(sample -> rate(engine, sample, between(sample, at))).orElse(null),
                looked == 0 ? null : (Double) (sum(models, "prefix_tokens_found") / looked),
                roofline(models));
    }

    /** Samples of the last hours, oldest first, at most 240: as in the API, with the same shares of the limit, each since the sample before. */
    List<Map<String, Object>> history() {
        List<Map<String, Object>> samples = everyNth(api.list(HISTORY), MAX_PLOTTED);
        for (int i = 1; i < samples.size(); i++) {
            Map<String, Object> sample = samples.get(i);
            List<Map<String, Object>> models = models(sample);
            addRooflines(models, samples.get(i - 1), between(samples.get(i - 1), at(sample)));
            @Nullable Double all = roofline(models);
            if (all != null) {
                sample.put(ROOFLINE, all);
            }
        }
        return samples;
    }

    /** Every second, third, … item so that there are not too many; the last one always. */
    static <T> List<T> everyNth(List<T> items, int max) {
        int n = Math.max(1, Math.ceilDiv(items.size(), max));
        return IntStream.range(0, items.size())
                .filter(i -> (items.size() - 1 - i) % n == 0)
                .mapToObj(items::get)
                .toList();
    }

    /** The oldest sample of the last 25 seconds. */
    private Optional<Map<String, Object>> earlier(Instant now) {
        return api.list(HISTORY + "?from={from}", now.minus(WINDOW)).stream()
                .findFirst()
                .filter(sample -> between(sample, now).toMillis() > 500);
    }

    private void addRooflines(List<Map<String, Object>> models, Map<String, Object> earlier, Duration between) {
        models.forEach(model -> roofline(model, earlier, between).ifPresent(share -> model.put(ROOFLINE, share)));
    }

    private Optional<Double> roofline(Map<String, Object> model, Map<String, Object> earlier, Duration between) {
        String id = String.valueOf(model.get("id"));
        return models(earlier).stream()
                .filter(before -> id.equals(before.get("id")))
                .findFirst()
                .flatMap(before -> rooflines.part(model, rate(model, before, between)));
    }

    private static @Nullable Double roofline(List<Map<String, Object>> models) {
        var running =
                models.stream().filter(model -> number(model, "active") > 0).toList();
        boolean known = !running.isEmpty() && running.stream().allMatch(model -> model.get(ROOFLINE) != null);
        return known ? (Double) sum(running, ROOFLINE) : null;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> models(Map<String, Object> engine) {
        return (List<Map<String, Object>>) engine.getOrDefault("models", List.of());
    }

    /** Decoded tokens per second, of the engine or of a model. */
    private static double rate(Map<String, Object> now, Map<String, Object> before, Duration between) {
        return (number(now, DECODED) - number(before, DECODED)) / (between.toMillis() / 1e3);
    }

    private static Duration between(Map<String, Object> sample, Instant now) {
        return Duration.between(at(sample), now);
    }

    private static Instant at(Map<String, Object> sample) {
        return Instant.parse(String.valueOf(sample.get("at")));
    }

    private static double sum(List<Map<String, Object>> models, String name) {
        return models.stream().mapToDouble(model -> number(model, name)).sum();
    }

    static double number(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? number.doubleValue() : 0;
    }
}
