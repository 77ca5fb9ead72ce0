package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.FlowId;
import java.time.Duration;
import java.util.Optional;

/**
 * A caller's request to a model.
 *
 * @param model alias or id, as written by the caller
 * @param urgency as given by the caller; a key for batch work makes all its requests batch
 * @param cacheSalt separates cached prefixes that the tenant's requests would otherwise share
 * @param maxWait how long it may wait until its answer starts; empty = the tenant's or the service's setting
 */
public record InferenceRequest(
        String model,
        CompletionRequest completion,
        FlowId.Urgency urgency,
        String cacheSalt,
        EndUser endUser,
        Optional<Duration> maxWait) {

    /** The same with a different input for the model. */
    InferenceRequest with(CompletionRequest other) {
        return new InferenceRequest(model, other, urgency, cacheSalt, endUser, maxWait);
    }

    /** The same for a caller who waits no longer than that. */
    public InferenceRequest within(Duration wait) {
        return new InferenceRequest(model, completion, urgency, cacheSalt, endUser, Optional.of(wait));
    }

    /** The same with another urgency. */
    public InferenceRequest urgently(FlowId.Urgency other) {
        return new InferenceRequest(model, completion, other, cacheSalt, endUser, maxWait);
    }
}
