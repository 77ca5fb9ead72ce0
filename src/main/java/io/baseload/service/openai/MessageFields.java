package io.baseload.service.openai;

import io.baseload.chat.api.Message;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The messages of a chat. */
final class MessageFields {
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool", "function");
    private static final List<String> PARTS = List.of("text", "refusal", "image_url", "input_audio", "file");

    private MessageFields() {}

    static List<Message> read(Value messages) {
        return messages.items(1, Integer.MAX_VALUE).stream()
                .map(Value::fields)
                .map(MessageFields::message)
                .toList();
    }

    private static Message message(Fields message) {
        Value role = message.require("role");
        Optional<String> name = message.find("name").map(Value::text);
        return switch (role.oneOf(ROLES)) {
            case "system", "developer" -> new Message.Instructions(content(message.require("content")), name);
            case "user" -> new Message.User(content(message.require("content")), name);
            case "assistant" -> new Message.Assistant(Optional.of(answer(message)), Optional.empty(), List.of(), name);
            default -> throw Invalid.unsupported(role.path(), "this service does not call tools, so none can answer.");
        };
    }

    /** What the model said before: its content, or its refusal where there is no content. */
    private static String answer(Fields message) {
        message.find("tool_calls").ifPresent(MessageFields::checkNoCalls);
        message.find("function_call").ifPresent(call -> {
            throw Invalid.unsupported(call.path(), "this service does not call tools.");
        });
        for (String ignored : List.of("reasoning_content", "reasoning")) {
            message.find(ignored).ifPresent(Value::text);
        }
        Optional<String> refusal = message.find("refusal").map(Value::text);
        return refusal.isPresent() && message.find("content").isEmpty()
                ? refusal.get()
                : content(message.require("content"));
    }

    private static void checkNoCalls(Value calls) {
        if (!calls.items().isEmpty()) {
            throw Invalid.unsupported(calls.path(), "this service does not call tools.");
        }
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
        String kind = type.oneOf(PARTS);
        return switch (kind) {
            case "text", "refusal" -> part.require(kind).text();
            default -> throw Invalid.unsupported(type.path(), "this model reads text only.");
        };
    }
}
