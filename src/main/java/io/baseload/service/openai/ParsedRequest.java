package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.service.inference.InferenceRequest;

/** A request whose body was read and found in order. */
record ParsedRequest(InferenceRequest inference, Delivery delivery) {
    /**
     * How the answer is sent.
     *
     * @param usage whether a stream ends with a chunk that has the usage
     */
    record Delivery(boolean streaming, boolean usage) {}

    CompletionRequest completion() {
        return inference.completion();
    }

    /** Choices in the answer. */
    int choices() {
        return completion().prompts() * completion().choices();
    }
}
