package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.inference.AdmittedRequest;
import io.baseload.service.inference.InferenceRequest;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A request whose body was read and is valid.
 *
 * @param streaming whether the answer is sent as it is generated
 * @param form the form of the answer
 * @param refusals converts a later refusal, which names the fields of chats, to this protocol
 */
public record ParsedRequest(
        InferenceRequest inference,
        boolean streaming,
        Function<AdmittedRequest, AnswerForm> form,
        UnaryOperator<InvalidRequestException> refusals) {
    public CompletionRequest completion() {
        return inference.completion();
    }

    /** Choices in the answer. */
    public int choices() {
        return completion().prompts() * completion().choices();
    }
}
