package io.baseload.service.backend;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.FlowId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** A backend's model, used as an encoder. The caller's identity stays here, as for chats. */
final class BackendEncodings implements Encodings {
    private static final JsonMapper JSON = new JsonMapper();
    /** The name reaches the backend unfiltered, so it must not be able to hold a text. */
    private static final Pattern PROMPT_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final BackendClient client;
    private final Backend.Offer model;

    BackendEncodings(BackendClient client, Backend.Offer model) {
        this.client = client;
        this.model = model;
    }

    @Override
    public TokenCodec tokens(FlowId flow) {
        throw BackendCompletions.tokensUnknown();
    }

    @Override
    public PreparedEncoding prepare(EncodingRequest request, FlowId flow, int maxTokens) {
        var texts = new BackendTexts(
                client,
                new BackendCall(model, flow.value()),
                client.vectorLength(model),
                request,
                JSON.writeValueAsBytes(body(request)));
        if (texts.likelyTokens() > maxTokens) {
            throw request.input().tooManyTokens(maxTokens);
        }
        return texts;
    }

    /**
     * The fields that every engine knows, and those that the request has. The form of the numbers is left to the backend, as is the number of results: both forms are read, and all
     * results are needed.
     */
    private Map<String, Object> body(EncodingRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model.upstream());
        switch (request.input()) {
            case EncodingInput.Texts texts -> {
                body.put("input", texts.texts());
                texts.prompt().ifPresent(name -> body.put("prompt_name", checked(name)));
            }
            case EncodingInput.Tokens tokens -> body.put("input", tokens.texts());
            case EncodingInput.Documents documents -> {
                body.put("query", documents.query());
                body.put("documents", documents.documents());
            }
        }
        request.dimensions().ifPresent(length -> body.put("dimensions", length));
        body.putAll(request.truncation().fields());
        return body;
    }

    private static String checked(String promptName) {
        if (!PROMPT_NAME.matcher(promptName).matches()) {
            throw new InvalidRequestException(
                    "prompt_name",
                    "invalid_value",
                    "Invalid 'prompt_name': for a backend's model, expected 1 to 64 letters, digits, '.', '_' or '-'.");
        }
        return promptName;
    }
}
