package io.baseload.service.inference;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.engine.api.FlowId;
import java.time.Duration;
import java.util.Optional;

/**
 * A caller's request to an encoder.
 *
 * @param model alias or id, as written by the caller
 * @param urgency as given by the caller; a key for batch work makes all its requests batch
 * @param maxWait how long it may wait until its first text is computed; empty = the tenant's or the service's setting
 */
public record EncodingCall(
        String model, EncodingRequest request, FlowId.Urgency urgency, EndUser endUser, Optional<Duration> maxWait) {
    /** The same with a different input for the encoder. */
    EncodingCall with(EncodingInput input) {
        return new EncodingCall(model, request.with(input), urgency, endUser, maxWait);
    }

    /** The same with another urgency. */
    public EncodingCall urgently(FlowId.Urgency other) {
        return new EncodingCall(model, request, other, endUser, maxWait);
    }

    /** The same for a caller who waits no longer than that. */
    public EncodingCall within(Duration wait) {
        return new EncodingCall(model, request, urgency, endUser, Optional.of(wait));
    }
}
