package io.baseload.service.backend;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;

/** A backend's model, used with text. The caller's identity stays here: the backend learns neither the tenant nor the end user. */
final class BackendCompletions implements Completions {
    private final BackendClient client;
    private final Backend.Offer model;

    BackendCompletions(BackendClient client, Backend.Offer model) {
        this.client = client;
        this.model = model;
    }

    /** One token for each message: no better lower bound is known without the backend's tokenizer. */
    @Override
    public long leastTokens(CompletionRequest request) {
        return conversation(request).messages().size();
    }

    @Override
    public TokenCodec tokens(FlowId flow) {
        throw tokensUnknown();
    }

    static InvalidRequestException tokensUnknown() {
        return new InvalidRequestException(
                "model", "unsupported_value", "This model is on a backend, so its tokens are unknown here.");
    }

    @Override
    public PreparedCompletion prepare(CompletionRequest request, FlowId flow, CacheScope scope) {
        byte[] body = ChatRequestBody.of(model.upstream(), client.backend().limits(), request, conversation(request));
        return new BackendPrompt(client, new BackendCall(model, flow.value()), request, body);
    }

    private static Input.Chat conversation(CompletionRequest request) {
        if (request.input() instanceof Input.Chat chat) {
            return chat;
        }
        throw new InvalidRequestException(
                "model",
                "unsupported_value",
                "This model is on a backend, and backends complete no texts: use it with /v1/chat/completions.");
    }
}
