package io.baseload.service.inference;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.engine.api.FlowId;

/**
 * A caller's request to an encoder.
 *
 * @param model alias or id, as written by the caller
 * @param urgency as given by the caller; a key for batch work makes all its requests batch
 */
public record EncodingCall(String model, EncodingRequest request, FlowId.Urgency urgency, EndUser endUser) {
    /** The same with a different input for the encoder. */
    EncodingCall with(EncodingInput input) {
        return new EncodingCall(model, request.with(input), urgency, endUser);
    }

    /** The same with another urgency. */
    public EncodingCall urgently(FlowId.Urgency other) {
        return new EncodingCall(model, request, other, endUser);
    }
}
