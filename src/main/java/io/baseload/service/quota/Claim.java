package io.baseload.service.quota;

import java.util.UUID;

/**
 * What a request wants to be sure of before it runs.
 *
 * @param id the reservation's id, new
 * @param process the run of the service that will hold it
 * @param tokens prompts and answers, at most
 * @param promptTokens of these, the prompts
 */
public record Claim(
        UUID id,
        UUID process,
        String tenant,
        String keyPrefix,
        String model,
        String requestId,
        long tokens,
        long promptTokens) {}
