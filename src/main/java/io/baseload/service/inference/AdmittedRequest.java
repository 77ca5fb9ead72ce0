package io.baseload.service.inference;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.service.quota.QuotaSnapshot;
import java.util.List;

/**
 * A request that is reserved, recorded, and in the engine's queue.
 *
 * @param model the id of the model that answers
 * @param fingerprint identifies build and weights
 * @param request as its tenant's filters let it through
 * @param promptTokens of all prompts; if a backend tokenizes them, an estimate
 * @param unenforcedFormats unknown formats in the request's schemas
 */
public record AdmittedRequest(
        String model,
        String fingerprint,
        CompletionRequest request,
        int promptTokens,
        List<String> unenforcedFormats,
        QuotaSnapshot quota,
        Completion completion) {}
