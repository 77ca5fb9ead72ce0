package io.baseload.service.backend;

import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An engine elsewhere that speaks OpenAI's chat completions, as an operator described it.
 *
 * @param name of the operator's making
 * @param baseUrl what stands before {@code /chat/completions}, such as {@code http://gpu-1:8000/v1}; without a slash at its end
 * @param models what users may ask of it
 */
public record Backend(String name, URI baseUrl, Secret secret, List<Offer> models, Limits limits, Instant createdAt) {

    /**
     * A model of a backend.
     *
     * @param id the name that users ask
     * @param upstream the name that the backend knows
     */
    public record Offer(String id, String upstream) {}

    /**
     * What a backend is given.
     *
     * @param firstByte how long it may take until its answer begins
     * @param idle how long it may be silent then
     * @param concurrent requests that it has at the same time, at most
     * @param maxTokensField what it calls the most tokens of an answer: {@code max_tokens}, or {@code max_completion_tokens} as OpenAI's own models want it
     */
    public record Limits(Duration firstByte, Duration idle, int concurrent, String maxTokensField) {
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(60), Duration.ofSeconds(60), 64, "max_tokens");
    }

    public Backend with(Secret other) {
        return new Backend(name, baseUrl, other, models, limits, createdAt);
    }

    public Optional<Offer> offer(String id) {
        return models.stream().filter(offer -> offer.id().equals(id)).findFirst();
    }
}
