package io.baseload.service.admin;

import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Canaries.Report;
import io.baseload.service.routing.Canary;
import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.CanaryCount;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A canary in JSON.
 *
 * @param reason why it ended, or why an operator should decide; empty otherwise
 * @param stable figures of the models that the alias pointed to before
 * @param canary figures of the new one
 */
@JsonNaming(SnakeCaseStrategy.class)
record CanaryForm(
        String alias,
        String model,
        @Nullable String backend,
        int percent,
        long minRequests,
        double maxErrorRate,
        double maxLatencyRatio,
        String state,
        String reason,
        Instant startedAt,
        @Nullable Instant endedAt,
        Numbers stable,
        Numbers canary) {

    /** @param firstTokenMs until the first token, at the 95th percentile */
    @JsonNaming(SnakeCaseStrategy.class)
    record Numbers(long answers, long errors, long firstTokenMs) {
        static Numbers of(CanaryCount count) {
            return new Numbers(count.answers(), count.errors(), count.firstTokenMillis());
        }
    }

    static CanaryForm of(Report report) {
        Canary canary = report.canary();
        Rule rule = canary.rule();
        return new CanaryForm(
                canary.alias(),
                canary.model(),
                canary.backend().orElse(null),
                rule.percent(),
                rule.minRequests(),
                rule.maxErrorRate(),
                rule.maxLatencyRatio(),
                canary.state().name().toLowerCase(Locale.ROOT),
                report.reason(),
                canary.startedAt(),
                canary.endedAt(),
                Numbers.of(report.stable()),
                Numbers.of(report.counted()));
    }

    /**
     * The requested canary.
     *
     * @param backend the model's backend; absent: a local model, or that of the only backend that has it
     * @param percent of the alias's requests
     * @param minRequests answers of each side before it can be promoted (100)
     * @param maxErrorRate share of its answers that may fail (0.02)
     * @param maxLatencyRatio largest ratio of the times to the first token, at the 95th percentile (1.5)
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Request(
            @Nullable String model,
            @Nullable String backend,
            @Nullable Integer percent,
            @Nullable Long minRequests,
            @Nullable Double maxErrorRate,
            @Nullable Double maxLatencyRatio) {
        AliasTarget target() {
            return AliasTarget.of(
                    Refusals.text("model", Refusals.present("model", model)), Optional.ofNullable(backend));
        }

        Rule rule() {
            return new Rule(
                    Refusals.inRange("percent", Refusals.present("percent", percent), 1, 100),
                    minRequests == null ? 100 : Refusals.inRange("min_requests", minRequests, 1, 1_000_000_000),
                    between("max_error_rate", maxErrorRate, 0.02, 0, 1),
                    between("max_latency_ratio", maxLatencyRatio, 1.5, 0.1, 1000));
        }

        private static double between(String field, @Nullable Double value, double otherwise, double min, double max) {
            if (value == null) {
                return otherwise;
            }
            if (!(value >= min)) {
                throw Refusals.invalid(
                        field, "decimal_below_min_value", "'" + field + "' must be at least " + min + ".");
            }
            if (value > max) {
                throw Refusals.invalid(
                        field, "decimal_above_max_value", "'" + field + "' must be at most " + max + ".");
            }
            return value;
        }
    }
}
