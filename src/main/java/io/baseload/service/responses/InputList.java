package io.baseload.service.responses;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.protocol.Value;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The items of a request in the form in which they are stored and listed: complete, each with an id. They have been parsed before, so they are valid. */
final class InputList {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private InputList() {}

    /** JSON text. */
    static String of(Value input) {
        List<ObjectNode> items = input.node().isString()
                ? List.of(item(message("user", input.node())))
                : input.items().stream()
                        .map(value -> item(((ObjectNode) value.node()).deepCopy()))
                        .toList();
        return new String(Json.bytes(items), StandardCharsets.UTF_8);
    }

    /**
     * The same from messages, for input that was changed after it was read.
     *
     * @param tools the functions that the calls name
     */
    static String of(List<Message> messages, FunctionTools tools) {
        var items = messages.stream()
                .flatMap(message -> items(message, tools))
                .map(InputList::item)
                .toList();
        return new String(Json.bytes(items), StandardCharsets.UTF_8);
    }

    private static Stream<ObjectNode> items(Message message, FunctionTools tools) {
        return switch (message) {
            case Message.Instructions system -> Stream.of(message("system", JSON.stringNode(system.content())));
            case Message.User user -> Stream.of(message("user", JSON.stringNode(user.content())));
            case Message.Assistant said ->
                Stream.of(
                                said.reasoning().map(InputList::thought).stream(),
                                said.content().map(text -> message("assistant", JSON.stringNode(text))).stream(),
                                said.calls().stream().map(call -> call(call, tools)))
                        .flatMap(Function.identity());
            case Message.Tool result ->
                Stream.of(JSON.objectNode()
                        .put("type", "function_call_output")
                        .put("call_id", result.callId())
                        .put("output", result.content()));
        };
    }

    private static ObjectNode thought(String text) {
        ObjectNode thought = JSON.objectNode().put("type", "reasoning");
        thought.set("summary", JSON.arrayNode());
        thought.set(
                "content",
                JSON.arrayNode()
                        .add(JSON.objectNode().put("type", "reasoning_text").put("text", text)));
        return thought;
    }

    private static ObjectNode call(ToolCall call, FunctionTools tools) {
        ObjectNode item = JSON.objectNode()
                .put("type", "function_call")
                .put("call_id", call.id())
                .put("name", call.name())
                .put("arguments", call.arguments());
        tools.member(call.name())
                .ifPresent(member -> item.put("name", member.name()).put("namespace", member.namespace()));
        return item;
    }

    private static ObjectNode message(String role, JsonNode text) {
        ObjectNode message = JSON.objectNode().put("role", role);
        message.set("content", text);
        return message;
    }

    private static ObjectNode item(ObjectNode item) {
        String type = item.path("type").asString("message");
        item.put("type", type);
        if (!item.path("id").isString()) {
            item.put("id", OutputItem.newId(prefix(type)));
        }
        if (type.equals("message")) {
            boolean said = item.path("role").asString().equals("assistant");
            item.set("content", parts(item.get("content"), said));
            if (!item.path("status").isString()) {
                item.put("status", OutputItem.COMPLETED);
            }
        }
        return item;
    }

    private static String prefix(String type) {
        return switch (type) {
            case "function_call" -> "fc_";
            case "function_call_output" -> "fco_";
            case "reasoning" -> "rs_";
            default -> "msg_";
        };
    }

    /** The model's text has annotations in this form, though there are none here. */
    private static JsonNode parts(JsonNode content, boolean said) {
        String type = said ? "output_text" : "input_text";
        if (content.isString()) {
            ObjectNode part = JSON.objectNode().put("type", type);
            part.set("text", content);
            return JSON.arrayNode().add(said ? annotated(part) : part);
        }
        content.forEach(part -> {
            if (part.path("type").asString().equals("output_text")) {
                annotated((ObjectNode) part);
            }
        });
        return content;
    }

    private static ObjectNode annotated(ObjectNode part) {
        if (!part.path("annotations").isArray()) {
            part.set("annotations", JSON.arrayNode());
        }
        return part;
    }
}
