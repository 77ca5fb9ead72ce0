package io.baseload.service.openai;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The messages of a chat. */
final class MessageFields {
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool");
    private static final List<String> PARTS = List.of("text", "refusal");
    /** Parts of OpenAI's API that no model here reads. */
    private static final List<String> OTHER_PARTS = List.of("image_url", "input_audio", "file");

    private MessageFields() {}

    static List<Message> read(Value messages) {
        var calls = new CallFields();
        return messages.items(1, Integer.MAX_VALUE).stream()
                .map(Value::fields)
                .map(message -> message(message, calls))
                .toList();
    }

    private static Message message(Fields message, CallFields calls) {
        Value role = message.require("role");
        Optional<String> name = message.find("name").map(Value::text);
        if (role.text().equals("function")) {
            throw Invalid.unsupported(role.path(), "use 'tool'.");
        }
        return switch (role.oneOf(ROLES)) {
            case "system", "developer" -> new Message.Instructions(content(message.require("content")), name);
            case "user" -> new Message.User(content(message.require("content")), name);
            case "assistant" -> said(message, calls.calls(message), name);
            default -> calls.result(message, content(message.require("content")), name);
        };
    }

    private static Message said(Fields message, List<ToolCall> calls, Optional<String> name) {
        Optional<String> content = message.find("content").map(MessageFields::content);
        Optional<String> refusal = message.find("refusal").map(Value::text);
        Optional<String> reasoning = message.find("reasoning_content").map(Value::text);
        Optional<String> alsoReasoning = message.find("reasoning").map(Value::text);
        if (content.isEmpty() && refusal.isEmpty() && calls.isEmpty()) {
            throw Invalid.missing(message.path("content"));
        }
        return new Message.Assistant(content.or(() -> refusal), reasoning.or(() -> alsoReasoning), calls, name);
    }

    private static String content(Value content) {
        if (content.node().isString()) {
            return content.text();
        }
        if (!content.node().isArray()) {
            throw Invalid.type(content.path(), "a string or an array of content parts", content.node());
        }
        return content.items(1, Integer.MAX_VALUE).stream()
                .map(Value::fields)
                .map(MessageFields::part)
                .collect(Collectors.joining("\n"));
    }

    private static String part(Fields part) {
        Value type = part.require("type");
        if (OTHER_PARTS.contains(type.text())) {
            throw Invalid.unsupported(type.path(), "this model reads text only.");
        }
        return part.require(type.oneOf(PARTS)).text();
    }
}
