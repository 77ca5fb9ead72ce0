package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.FlowId;
import java.time.Duration;
import java.util.Optional;

/**
 * What a caller wants of a model.
 *
 * @param model alias or id, as the caller wrote it
 * @param urgency as the caller says; a key for batch work makes all its requests so
 * @param cacheSalt keeps cached prefixes apart that the tenant's requests would share
 * @param maxWait how long it may wait until its answer is begun; empty = as the tenant or the service says
 */
public record InferenceRequest(
        String model,
        CompletionRequest completion,
        FlowId.Urgency urgency,
        String cacheSalt,
        EndUser endUser,
        Optional<Duration> maxWait) {

    /** The same with what a model is given. */
    InferenceRequest with(CompletionRequest other) {
        return new InferenceRequest(model, other, urgency, cacheSalt, endUser, maxWait);
    }

    /** The same for a caller who doesn't wait longer than that. */
    public InferenceRequest within(Duration wait) {
        return new InferenceRequest(model, completion, urgency, cacheSalt, endUser, Optional.of(wait));
    }
}
