package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The engine as shown on pages: the API's current answer, and figures derived from it and from earlier ones. */
@Component
final class EngineState {
    private static final Duration WINDOW = Duration.ofSeconds(25);

    private final Api api;
    private final Rooflines rooflines;

    EngineState(Api api, Rooflines rooflines) {
        this.api = api;
        this.rooflines = rooflines;
    }

    /**
     * A sample.
     *
     * @param models as in the API
     * @param tokensPerSecond over the last half minute, all models together; null until there is an earlier sample
     * @param prefixHits share of the prompt tokens found in the prefix cache; null if none was looked up
     * @param roofline share of the machine's limit; null if it was not measured, nothing runs, or several models share it
     */
    record Now(
            Map<String, Object> memory,
            List<Map<String, Object>> models,
            long decoded,
            int active,
            int queued,
            @Nullable Double tokensPerSecond,
            @Nullable Double prefixHits,
            @Nullable Double roofline) {
        /** Whether less than a tenth of the memory for models is left. */
        boolean memoryIsShort() {
            double room = number(memory, "models") + number(memory, "free");
            return room > 0 && number(memory, "free") < room / 10;
        }
    }

    @SuppressWarnings("unchecked")
    Now now() {
        Map<String, Object> engine = api.get("/admin/v1/engine");
        var models = (List<Map<String, Object>>) engine.getOrDefault("models", List.of());
        long decoded = (long) number(engine, "decoded_tokens");
        int active = (int) sum(models, "active");
        double looked = sum(models, "prefix_tokens_looked_up");
        Double rate = rate(decoded, Instant.parse(String.valueOf(engine.get("at"))));
        var part = rate == null || models.size() != 1
                ? OptionalDouble.empty()
                : rooflines.part(String.valueOf(models.getFirst().get("id")), active, rate);
        return new Now(
                (Map<String, Object>) engine.getOrDefault("memory", Map.of()),
                models,
                decoded,
                active,
                (int) sum(models, "queued"),
                rate,
                looked == 0 ? null : (Double) (sum(models, "prefix_tokens_found") / looked),
                part.isPresent() ? (Double) part.getAsDouble() : null);
    }

    private @Nullable Double rate(long decoded, Instant now) {
        return api.list("/admin/v1/engine/history").reversed().stream()
                .limit(WINDOW.toSeconds())
                .filter(sample -> between(sample, now).compareTo(WINDOW) <= 0)
                .reduce((later, earlier) -> earlier)
                .filter(sample -> between(sample, now).toMillis() > 500)
                .map(sample -> (decoded - number(sample, "decoded_tokens"))
                        / (between(sample, now).toMillis() / 1e3))
                .orElse(null);
    }

    private static Duration between(Map<String, Object> sample, Instant now) {
        return Duration.between(Instant.parse(String.valueOf(sample.get("at"))), now);
    }

    private static double sum(List<Map<String, Object>> models, String name) {
        return models.stream().mapToDouble(model -> number(model, name)).sum();
    }

    static double number(Map<String, Object> object, String name) {
        return object.get(name) instanceof Number number ? number.doubleValue() : 0;
    }
}
