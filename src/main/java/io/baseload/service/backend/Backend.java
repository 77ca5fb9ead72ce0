package io.baseload.service.backend;

import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A remote engine that speaks OpenAI's protocol, as described by an operator.
 *
 * @param name chosen by the operator
 * @param baseUrl the part before the routes, such as {@code http://gpu-1:8000/v1}; without a slash at its end
 * @param models the models that users may use there
 */
public record Backend(String name, URI baseUrl, Secret secret, List<Offer> models, Limits limits, Instant createdAt) {

    /**
     * A model of a backend.
     *
     * @param id the name for users
     * @param upstream the backend's own name
     */
    public record Offer(String id, String upstream) {}

    /**
     * The limits of a backend, and the differences of its protocol.
     *
     * @param firstByte how long it may take until its answer begins
     * @param idle longest time without a byte after that
     * @param concurrent maximum of concurrent requests to it
     * @param maxTokensField its name for the maximum tokens of an answer: {@code max_tokens}, or {@code max_completion_tokens} for OpenAI's own models
     * @param templateVariables whether it takes {@code chat_template_kwargs}, which OpenAI refuses
     */
    public record Limits(
            Duration firstByte, Duration idle, int concurrent, String maxTokensField, boolean templateVariables) {
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(60), Duration.ofSeconds(60), 64, "max_tokens", true);
    }

    public Backend with(Secret other) {
        return new Backend(name, baseUrl, other, models, limits, createdAt);
    }

    public Optional<Offer> offer(String id) {
        return models.stream().filter(offer -> offer.id().equals(id)).findFirst();
    }
}
