package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.service.inference.EndUser;

/**
 * A request that was read and found in order.
 *
 * @param model as the client wrote it
 */
record Question(String model, CompletionRequest request, Delivery delivery, EndUser endUser) {
    /**
     * How the answer is sent.
     *
     * @param usage whether a stream ends with a chunk that has the usage
     */
    record Delivery(boolean streaming, boolean usage) {}

    /** Choices in the answer. */
    int choices() {
        return request.prompts() * request.choices();
    }
}
