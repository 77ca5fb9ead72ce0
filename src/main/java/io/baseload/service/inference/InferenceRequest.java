package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.FlowId;

/**
 * What a caller wants of a model.
 *
 * @param model alias or id, as the caller wrote it
 * @param urgency as the caller says; a key for batch work makes all its requests so
 * @param cacheSalt keeps cached prefixes apart that the tenant's requests would share
 */
public record InferenceRequest(
        String model, CompletionRequest completion, FlowId.Urgency urgency, String cacheSalt, EndUser endUser) {}
