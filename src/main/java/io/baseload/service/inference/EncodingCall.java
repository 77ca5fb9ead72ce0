package io.baseload.service.inference;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.engine.api.FlowId;

/**
 * What a caller wants of an encoder.
 *
 * @param model alias or id, as the caller wrote it
 * @param urgency as the caller says; a key for batch work makes all its requests so
 */
public record EncodingCall(String model, EncodingRequest request, FlowId.Urgency urgency, EndUser endUser) {
    /** The request's field that has the texts. */
    String field() {
        return request.input() instanceof EncodingInput.Documents ? "documents" : "input";
    }

    /** The same with what the encoder is given. */
    EncodingCall with(EncodingInput input) {
        return new EncodingCall(model, new EncodingRequest(input, request.dimensions()), urgency, endUser);
    }
}
