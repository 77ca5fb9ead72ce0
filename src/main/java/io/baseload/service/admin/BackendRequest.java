package io.baseload.service.admin;

import io.baseload.service.backend.Backend;
import io.baseload.service.outbound.HttpOrigin;
import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A backend in a request. Absent members stay unchanged, or get the default in a new backend.
 *
 * @param apiKey stored in the database, encrypted; never shown
 * @param apiKeyEnv an environment variable of each process
 * @param apiKeyFile a file in the folder of backend keys
 * @param timeoutMs how long the backend may take until its answer begins
 * @param idleTimeoutMs longest time without a byte after that
 * @param maxConcurrent concurrent requests to it
 * @param maxTokensField {@code max_tokens} or {@code max_completion_tokens}
 * @param templateVariables whether it takes {@code chat_template_kwargs}
 */
@JsonNaming(SnakeCaseStrategy.class)
record BackendRequest(
        @Nullable String name,
        @Nullable String baseUrl,
        @Nullable String apiKey,
        @Nullable String apiKeyEnv,
        @Nullable String apiKeyFile,
        @Nullable List<@Nullable ModelField> models,
        @Nullable Integer timeoutMs,
        @Nullable Integer idleTimeoutMs,
        @Nullable Integer maxConcurrent,
        @Nullable String maxTokensField,
        @Nullable Boolean templateVariables) {
    private static final int MAX_MILLIS = 3_600_000;
    private static final int MAX_CONCURRENT = 10_000;
    private static final int MAX_MODELS = 256;
    private static final int MAX_NAME = 256;
    private static final Set<String> MAX_TOKENS_FIELDS = Set.of("max_tokens", "max_completion_tokens");

    /** @param upstream the backend's own name for it; absent: the same */
    record ModelField(@Nullable String id, @Nullable String upstream) {
        Backend.Offer read(String path) {
            String known = Refusals.text(path + ".id", Refusals.present(path + ".id", id));
            String own = upstream == null ? known : Refusals.text(path + ".upstream", upstream);
            if (own.isEmpty() || own.length() > MAX_NAME) {
                throw Refusals.invalid(
                        path + ".upstream",
                        "invalid_value",
                        "'" + path + ".upstream' must have 1 to " + MAX_NAME + " characters.");
            }
            return new Backend.Offer(known, own);
        }
    }

    /** The key must not appear in a log. */
    @Override
    public String toString() {
        return "BackendRequest[" + name + "]";
    }

    /**
     * A backend with the changes of this request.
     *
     * @param address reads {@code base_url}
     * @throws io.baseload.service.web.ApiException if something of it is not allowed, or a stored key would be sent to another server
     */
    Backend over(Backend before, Function<String, URI> address) {
        Backend.Limits limits = before.limits();
        URI url = baseUrl == null ? before.baseUrl() : address.apply(baseUrl);
        Secret secret = BackendKey.read(apiKey, apiKeyEnv, apiKeyFile, before.secret());
        if (secret instanceof Secret.Stored && !HttpOrigin.of(url).equals(HttpOrigin.of(before.baseUrl()))) {
            throw Refusals.invalid(
                    "api_key",
                    "invalid_value",
                    "The stored key is for another server: give 'api_key' again, or another source of the key.");
        }
        return new Backend(
                before.name(),
                url,
                secret,
                models == null ? before.models() : read(models),
                new Backend.Limits(
                        millis("timeout_ms", timeoutMs, limits.firstByte()),
                        millis("idle_timeout_ms", idleTimeoutMs, limits.idle()),
                        maxConcurrent == null
                                ? limits.concurrent()
                                : Refusals.inRange("max_concurrent", maxConcurrent, 1, MAX_CONCURRENT),
                        field(limits.maxTokensField()),
                        templateVariables == null ? limits.templateVariables() : templateVariables),
                before.createdAt());
    }

    private static Duration millis(String field, @Nullable Integer given, Duration before) {
        return given == null ? before : Duration.ofMillis(Refusals.inRange(field, given, 1, MAX_MILLIS));
    }

    private String field(String before) {
        if (maxTokensField == null) {
            return before;
        }
        if (!MAX_TOKENS_FIELDS.contains(maxTokensField)) {
            throw Refusals.invalid(
                    "max_tokens_field",
                    "invalid_value",
                    "'max_tokens_field' must be 'max_tokens' or 'max_completion_tokens'.");
        }
        return maxTokensField;
    }

    private static List<Backend.Offer> read(List<@Nullable ModelField> models) {
        if (models.size() > MAX_MODELS) {
            throw Refusals.invalid(
                    "models", "array_above_max_length", "'models' must have at most " + MAX_MODELS + " elements.");
        }
        List<Backend.Offer> offers = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            String path = "models[" + i + "]";
            offers.add(Refusals.present(path, models.get(i)).read(path));
        }
        return offers;
    }
}
