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

/** Reads the body of {@code POST /v1/rerank}. */
final class RerankRequestParser {
    private RerankRequestParser() {}

    /**
     * @param top maximum number of results in the answer
     * @param documents the documents that results repeat; empty if they don't
     */
    record Parsed(EncodingCall call, int top, List<String> documents) {}

    static Parsed parse(Fields fields) {
        String model = RequestFields.model(fields);
        String query = fields.require("query").nonEmptyText();
        List<String> documents = fields.require("documents").items(1, Limits.MAX_TEXTS).stream()
                .map(RerankRequestParser::document)
                .toList();
        int top = fields.integer("top_n", 1, Integer.MAX_VALUE, documents.size());
        boolean returned = fields.flag("return_documents", false);
        var request = new EncodingRequest(
                new EncodingInput.Documents(query, documents),
                OptionalInt.empty(),
                TruncationFields.ofDocuments(fields));
        return new Parsed(
                new EncodingCall(
                        model, request, RequestFields.urgency(fields), RequestFields.endUser(fields), Optional.empty()),
                top,
                returned ? documents : List.of());
    }

    private static String document(Value document) {
        if (document.node().isObject()) {
            return document.fields().require("text").text();
        }
        if (!document.node().isString()) {
            throw Invalid.type(document.path(), "a string or an object with 'text'", document.node());
        }
        return document.text();
    }
}
