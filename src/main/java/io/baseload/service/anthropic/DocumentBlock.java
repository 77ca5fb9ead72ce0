package io.baseload.service.anthropic;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A document of a user's message as text for the model, in the tags that Anthropic recommends for documents in prompts. */
final class DocumentBlock {
    private DocumentBlock() {}

    static String text(Fields block) {
        block.find("citations").map(Value::fields).ifPresent(DocumentBlock::refuseCitations);
        return "<document>\n"
                + tagged("title", block.find("title"))
                + tagged("context", block.find("context"))
                + "<document_content>\n" + source(block.require("source").fields())
                + "\n</document_content>\n</document>";
    }

    private static String tagged(String tag, Optional<Value> text) {
        return text.map(Value::text)
                .filter(words -> !words.isEmpty())
                .map(words -> "<" + tag + ">" + words + "</" + tag + ">\n")
                .orElse("");
    }

    private static String source(Fields source) {
        Value type = source.require("type");
        return switch (type.text()) {
            case "text" -> {
                source.require("media_type").oneOf(List.of("text/plain"));
                yield source.require("data").text();
            }
            case "content" -> content(source.require("content"));
            default ->
                throw Invalid.unsupported(
                        type.path(),
                        "this service reads documents whose source has the type 'text' (with 'media_type':"
                                + " 'text/plain' and 'data') or 'content' (with text), not '" + type.text()
                                + "': extract the document's text first.");
        };
    }

    private static String content(Value content) {
        return content.node().isString()
                ? content.text()
                : content.items().stream()
                        .map(Value::fields)
                        .map(MessageBlocks::part)
                        .collect(Collectors.joining("\n"));
    }

    private static void refuseCitations(Fields citations) {
        if (citations.flag("enabled", false)) {
            throw Invalid.unsupported(citations.path("enabled"), "answers have no citations here.");
        }
    }
}
