package io.baseload.service.quota;

import java.util.UUID;

/**
 * The tokens that a request may use, reserved in advance.
 *
 * @param id new for each request
 * @param instance the process that holds it
 * @param requestId the {@code x-request-id} of the HTTP request
 * @param batch whether it gets only the capacity that interactive requests leave
 * @param answers how many are generated at the same time
 * @param tokens prompts and answers, at most
 * @param promptTokens of these, the prompts
 */
public record Reservation(
        UUID id,
        UUID instance,
        String tenant,
        String keyPrefix,
        String model,
        String requestId,
        boolean batch,
        int answers,
        long tokens,
        long promptTokens) {

    /** A new one, for the demand of a request. */
    public static Reservation of(QuotaDemand demand, UUID instance, String requestId) {
        return new Reservation(
                UUID.randomUUID(),
                instance,
                demand.tenant(),
                demand.keyPrefix(),
                demand.model(),
                requestId,
                demand.batch(),
                demand.answers(),
                demand.tokens(),
                demand.promptTokens());
    }

    public QuotaDemand demand() {
        return new QuotaDemand(tenant, keyPrefix, model, batch, answers, promptTokens, tokens - promptTokens);
    }
}
