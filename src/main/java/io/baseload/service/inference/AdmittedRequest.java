package io.baseload.service.inference;

import io.baseload.chat.api.Completion;
import io.baseload.service.quota.QuotaSnapshot;

/**
 * A request that is reserved, recorded, and in the engine's queue.
 *
 * @param model the id of the model that answers
 * @param fingerprint identifies build and weights
 * @param promptTokens of all prompts; if a backend tokenizes them, an upper bound
 */
public record AdmittedRequest(
        String model, String fingerprint, int promptTokens, QuotaSnapshot quota, Completion completion) {}
