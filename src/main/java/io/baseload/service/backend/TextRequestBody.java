package io.baseload.service.backend;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The body of a completion of texts, or of token ids, for a backend. A single prompt is not sent as a list, because some engines take only one. */
final class TextRequestBody {
    private static final JsonMapper JSON = new JsonMapper();

    private TextRequestBody() {}

    /** @throws InvalidRequestException if it asks for the best of several answers: those can't be streamed, and backends are always asked for a stream */
    static byte[] of(String model, CompletionRequest request) {
        if (request.bestOf() > request.choices()) {
            throw new InvalidRequestException(
                    "best_of",
                    "unsupported_value",
                    "Invalid 'best_of': for a model on a backend, it must not be greater than 'n'.");
        }
        Map<String, Object> body = SharedRequestFields.of(model, request);
        switch (request.input()) {
            case Input.Chat chat -> throw new IllegalArgumentException("a chat is no text");
            case Input.Texts texts -> {
                body.put("prompt", oneOrAll(texts.prompts()));
                if (!texts.parseSpecial()) {
                    body.put("parse_special", false);
                }
                if (!texts.addSpecial()) {
                    body.put("add_special_tokens", false);
                }
            }
            case Input.Tokens tokens -> body.put("prompt", oneOrAll(tokens.prompts()));
        }
        request.maxTokens().ifPresent(tokens -> body.put("max_tokens", tokens));
        if (request.topLogprobs() >= 0) {
            body.put("logprobs", request.topLogprobs());
        }
        if (request.echo()) {
            body.put("echo", true);
        }
        return JSON.writeValueAsBytes(body);
    }

    private static Object oneOrAll(List<?> prompts) {
        return prompts.size() == 1 ? prompts.getFirst() : prompts;
    }
}
