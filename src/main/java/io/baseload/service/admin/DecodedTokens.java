package io.baseload.service.admin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Tokens decoded since the start, as the counters of models say; running answers are counted token by token. The counters of deleted models are removed, but their tokens still count. */
final class DecodedTokens {
    private static final String NAME = "baseload.decoded_tokens";

    private final MeterRegistry registry;
    /** At the last look, by model. */
    private Map<String, Long> counted = Map.of();

    private long ofDeleted;

    DecodedTokens(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Those of all models. */
    synchronized long total() {
        Map<String, Long> now = registry.find(NAME).counters().stream()
                .collect(Collectors.toMap(DecodedTokens::model, DecodedTokens::count, Long::sum));
        counted.forEach((model, before) -> {
            if (now.getOrDefault(model, 0L) < before) {
                ofDeleted += before;
            }
        });
        counted = now;
        return ofDeleted + now.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Those of one model. */
    long of(String model) {
        return registry.find(NAME).tag("model_name", model).counters().stream()
                .mapToLong(DecodedTokens::count)
                .sum();
    }

    private static String model(Counter counter) {
        return Objects.requireNonNullElse(counter.getId().getTag("model_name"), "");
    }

    private static long count(Counter counter) {
        return Math.round(counter.count());
    }
}
