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

    /** One token for each message or text: no better lower bound is known without the backend's tokenizer. */
    @Override
    public long leastTokens(CompletionRequest request) {
        return switch (request.input()) {
            case Input.Chat chat -> chat.messages().size();
            case Input.Texts texts -> texts.prompts().size();
            case Input.Tokens tokens -> tokens.count();
        };
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
        var call = new BackendCall(model, flow.value());
        return request.input() instanceof Input.Chat chat
                ? new BackendPrompt(client, call, BackendRoute.CHAT, request, chat(request, chat))
                : new BackendPrompt(
                        client, call, BackendRoute.TEXTS, request, TextRequestBody.of(model.upstream(), request));
    }

    private byte[] chat(CompletionRequest request, Input.Chat chat) {
        return ChatRequestBody.of(model.upstream(), client.backend().limits(), request, chat);
    }
}
