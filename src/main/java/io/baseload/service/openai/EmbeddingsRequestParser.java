package io.baseload.service.openai;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.service.inference.EncodingCall;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the body of {@code POST /v1/embeddings}. */
final class EmbeddingsRequestParser {
    private static final int MAX_DIMENSIONS = 1 << 16;
    private static final List<String> FORMATS = List.of("float", "base64");
    private static final String FORMS = "a string, an array of strings, an array of token ids, or an array of these";

    private EmbeddingsRequestParser() {}

    /** @param base64 whether vectors are sent as bytes: float32, little-endian */
    record Parsed(EncodingCall call, boolean base64) {}

    static Parsed parse(Fields fields) {
        String model = RequestFields.model(fields);
        EncodingInput input = input(fields);
        OptionalInt dimensions = fields.find("dimensions")
                .map(value -> OptionalInt.of(value.integer(1, MAX_DIMENSIONS)))
                .orElse(OptionalInt.empty());
        boolean base64 = fields.find("encoding_format")
                .map(value -> value.oneOf(FORMATS))
                .filter("base64"::equals)
                .isPresent();
        var request = new EncodingRequest(input, dimensions, TruncationFields.ofTexts(fields));
        return new Parsed(
                new EncodingCall(
                        model, request, RequestFields.urgency(fields), RequestFields.endUser(fields), Optional.empty()),
                base64);
    }

    private static EncodingInput input(Fields fields) {
        Value input = fields.require("input");
        Optional<String> prompt = fields.find("prompt_name").map(Value::nonEmptyText);
        if (input.node().isString()) {
            return new EncodingInput.Texts(List.of(input.nonEmptyText()), prompt);
        }
        if (!input.node().isArray()) {
            throw Invalid.type(input.path(), FORMS, input.node());
        }
        Value first = input.items(1, Integer.MAX_VALUE).getFirst();
        if (first.node().isString()) {
            return new EncodingInput.Texts(
                    input.items(1, Limits.MAX_TEXTS).stream()
                            .map(Value::nonEmptyText)
                            .toList(),
                    prompt);
        }
        if (prompt.isPresent()) {
            throw Invalid.value("prompt_name", "a prompt can only be put before texts, but 'input' has token ids.");
        }
        if (first.node().isNumber()) {
            return new EncodingInput.Tokens(List.of(PromptFields.ids(input, 1)));
        }
        if (!first.node().isArray()) {
            throw Invalid.type(input.path(), FORMS, input.node());
        }
        return new EncodingInput.Tokens(input.items(1, Limits.MAX_TEXTS).stream()
                .map(ids -> PromptFields.ids(ids, 1))
                .toList());
    }
}
