package io.baseload.service.admin;

import io.baseload.service.backend.Backend;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.routing.Backends.Known;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A backend in JSON, for display: of its key only the source.
 *
 * @param apiKeySource {@code none}, {@code database}, {@code environment} or {@code file}
 * @param health as seen by the process that answers
 */
@JsonNaming(SnakeCaseStrategy.class)
record BackendForm(
        String name,
        String baseUrl,
        String apiKeySource,
        @Nullable String apiKeyEnv,
        @Nullable String apiKeyFile,
        List<Backend.Offer> models,
        long timeoutMs,
        long idleTimeoutMs,
        int maxConcurrent,
        String maxTokensField,
        boolean templateVariables,
        @Nullable Health health,
        Instant createdAt) {

    /**
     * @param lastError the latest error, however long ago; null if there was none
     * @param models those that have ever failed
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Health(String state, Instant since, @Nullable String lastError, List<ModelHealth> models) {
        static Health of(BackendHealth.Report report, Map<String, BackendHealth.Report> models) {
            return new Health(
                    word(report.state()),
                    report.since(),
                    report.lastError().orElse(null),
                    models.entrySet().stream()
                            .map(model -> ModelHealth.of(model.getKey(), model.getValue()))
                            .toList());
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record ModelHealth(
            String id,
            String state,
            Instant since,
            @Nullable String lastError) {
        static ModelHealth of(String id, BackendHealth.Report report) {
            return new ModelHealth(
                    id, word(report.state()), report.since(), report.lastError().orElse(null));
        }
    }

    private static String word(BackendHealth.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static BackendForm of(Known known) {
        Backend backend = known.backend();
        BackendKey key = BackendKey.of(backend.secret());
        Backend.Limits limits = backend.limits();
        return new BackendForm(
                backend.name(),
                backend.baseUrl().toString(),
                key.source(),
                key.variable(),
                key.file(),
                backend.models(),
                limits.firstByte().toMillis(),
                limits.idle().toMillis(),
                limits.concurrent(),
                limits.maxTokensField(),
                limits.templateVariables(),
                known.health().map(health -> Health.of(health, known.models())).orElse(null),
                backend.createdAt());
    }
}
