package io.baseload.service.responses;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.protocol.CallIds;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The input of a response as a conversation. An answer of the model consists of several items, its reasoning, its text and each of its calls; consecutive ones form one message of
 * a conversation, in which the text comes before the calls.
 */
final class InputItems {
    private static final List<String> ITEMS = List.of("message", "function_call", "function_call_output", "reasoning");
    private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");

    private final FunctionTools tools;
    private final Function<String, Optional<String>> opening;
    private final List<Message> messages = new ArrayList<>();
    private final CallIds ids = new CallIds();
    private final List<String> reasoning = new ArrayList<>();
    private final List<String> text = new ArrayList<>();
    private final List<ToolCall> calls = new ArrayList<>();

    private InputItems(FunctionTools tools, Function<String, Optional<String>> opening) {
        this.tools = tools;
        this.opening = opening;
    }

    /**
     * @param messages of the conversation
     * @param own how many of them, the last ones, are the input itself
     */
    record Conversation(List<Message> messages, int own) {}

    /**
     * A text from the user, or items.
     *
     * @param tools of the request: calls of them get the names that the model sees
     * @param opening of sealed reasoning, if it can be opened
     * @param earlier passes on the items of a conversation that the input continues
     */
    static Conversation read(
            Value input,
            FunctionTools tools,
            Function<String, Optional<String>> opening,
            Consumer<Consumer<Value>> earlier) {
        var items = new InputItems(tools, opening);
        earlier.accept(item -> items.add(item.fields()));
        items.endTurn();
        int before = items.messages.size();
        if (input.node().isString()) {
            items.messages.add(Message.user(input.text()));
            return new Conversation(items.messages, 1);
        }
        if (!input.node().isArray()) {
            throw Invalid.type(input.path(), "a string or an array of items", input.node());
        }
        input.items(1, Integer.MAX_VALUE).forEach(item -> items.add(item.fields()));
        items.endTurn();
        if (items.messages.isEmpty()) {
            throw Invalid.unsupported(input.path(), "it must have a message.");
        }
        return new Conversation(items.messages, items.messages.size() - before);
    }

    private void add(Fields item) {
        String type = item.find("type").map(InputItems::known).orElse("message");
        switch (type) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> result(item);
            default -> thought(item);
        }
    }

    private static String known(Value type) {
        if (type.text().equals("item_reference")) {
            throw Invalid.unsupported(
                    type.path(),
                    "single items are not stored: send the item itself (AI SDKs do with 'store': false), or"
                            + " 'previous_response_id'.");
        }
        if (!ITEMS.contains(type.text())) {
            throw Invalid.unsupported(
                    type.path(), "the supported types of items are '" + String.join("', '", ITEMS) + "'.");
        }
        return type.text();
    }

    private void message(Fields item) {
        String role = item.require("role").oneOf(ROLES);
        String content = content(item.require("content"));
        if (role.equals("assistant")) {
            endMessage();
            text.add(content);
            return;
        }
        endTurn();
        messages.add(role.equals("user") ? Message.user(content) : Message.system(content));
    }

    private void call(Fields item) {
        calls.add(new ToolCall(
                ids.called(item.require("call_id")),
                tools.seen(item),
                item.require("arguments").text()));
    }

    private void result(Fields item) {
        endTurn();
        String id = ids.answered(item.require("call_id"));
        messages.add(Message.tool(id, content(item.require("output"))));
    }

    /** A summary is used only if there is no content, and sealed reasoning if there is neither: some clients keep nothing else. */
    private void thought(Fields item) {
        endMessage();
        var content = texts(item, "content");
        var readable = content.isEmpty() ? texts(item, "summary") : content;
        reasoning.addAll(
                readable.isEmpty()
                        ? item.find("encrypted_content").map(Value::text).flatMap(opening).stream()
                                .toList()
                        : readable);
    }

    private static List<String> texts(Fields item, String name) {
        return item.find(name).map(Value::items).orElse(List.of()).stream()
                .map(part -> part.fields().require("text").text())
                .toList();
    }

    /** Before another text: the previous one was a separate message, unless a call in it waits for its result. */
    private void endMessage() {
        if (!text.isEmpty() && calls.isEmpty()) {
            endTurn();
        }
    }

    private void endTurn() {
        if (!text.isEmpty() || !calls.isEmpty()) {
            messages.add(new Message.Assistant(joined(text), joined(reasoning), List.copyOf(calls), Optional.empty()));
        }
        reasoning.clear();
        text.clear();
        calls.clear();
    }

    private static Optional<String> joined(List<String> texts) {
        return texts.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", texts));
    }

    private static String content(Value content) {
        if (content.node().isString()) {
            return content.text();
        }
        if (!content.node().isArray()) {
            throw Invalid.type(content.path(), "a string or an array of content parts", content.node());
        }
        return content.items().stream().map(Value::fields).map(InputItems::part).collect(Collectors.joining("\n"));
    }

    private static String part(Fields part) {
        Value type = part.require("type");
        return switch (type.text()) {
            case "input_text", "output_text", "text" -> part.require("text").text();
            case "refusal" -> part.require("refusal").text();
            default -> throw Invalid.unsupported(type.path(), "this model reads text only.");
        };
    }
}
