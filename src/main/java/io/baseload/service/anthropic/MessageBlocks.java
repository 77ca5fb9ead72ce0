package io.baseload.service.anthropic;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.protocol.CallIds;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The messages of a request as a conversation: tool results, which are part of a user's message, become separate messages. */
final class MessageBlocks {
    private final List<Message> messages = new ArrayList<>();
    private final List<Value> found = new ArrayList<>();
    private final CallIds ids = new CallIds();
    private final Function<String, Optional<String>> opening;

    private MessageBlocks(Function<String, Optional<String>> opening) {
        this.opening = opening;
    }

    /** A text, or blocks of text. */
    static String system(Value system) {
        return text(system);
    }

    /**
     * The last one must be the user's: models here can't continue an answer that they did not begin.
     *
     * @param opening of sealed thinking, if it can be opened
     */
    static MessageBlocks read(Value value, Function<String, Optional<String>> opening) {
        var blocks = new MessageBlocks(opening);
        List<Value> all = value.items(1, Integer.MAX_VALUE);
        all.forEach(message -> blocks.add(message.fields()));
        if (blocks.messages.getLast() instanceof Message.Assistant) {
            throw Invalid.unsupported(all.getLast().path() + ".role", "the conversation must end with a user message.");
        }
        return blocks;
    }

    List<Message> messages() {
        return messages;
    }

    /** The names of deferred tools that a search by the client has found. */
    List<Value> foundTools() {
        return found;
    }

    private void add(Fields message) {
        String role = message.require("role").oneOf(List.of("user", "assistant", "system"));
        Value content = message.require("content");
        switch (role) {
            case "system" -> messages.add(Message.system(text(content)));
            case "assistant" -> messages.add(said(content));
            default -> asked(content);
        }
    }

    private Message said(Value content) {
        if (content.node().isString()) {
            return Message.assistant(content.text());
        }
        List<String> thoughts = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<ToolCall> calls = new ArrayList<>();
        for (Value item : content.items()) {
            Fields block = item.fields();
            Value type = block.require("type");
            switch (type.text()) {
                case "text" -> texts.add(block.require("text").text());
                case "thinking" -> thoughts.add(thinking(block));
                case "redacted_thinking" -> {} // it can't be read here
                case "tool_use" -> calls.add(call(block));
                default -> throw unreadable(type, "'text', 'thinking' and 'tool_use'");
            }
        }
        boolean silent = texts.isEmpty() && !calls.isEmpty();
        return new Message.Assistant(
                silent ? Optional.empty() : Optional.of(String.join("\n", texts)),
                Optional.of(String.join("\n", thoughts))
                        .filter(thought -> !thought.isEmpty()), // empty if it could not be recovered
                calls,
                Optional.empty());
    }

    /** An omitted text is in the signature. */
    private String thinking(Fields block) {
        String text = block.require("thinking").text();
        return text.isEmpty()
                ? block.find("signature").map(Value::text).flatMap(opening).orElse("")
                : text;
    }

    private ToolCall call(Fields block) {
        Value input = block.require("input");
        input.fields();
        return new ToolCall(
                ids.called(block.require("id")),
                block.require("name").nonEmptyText(),
                input.node().toString());
    }

    private void asked(Value content) {
        if (content.node().isString()) {
            messages.add(Message.user(content.text()));
            return;
        }
        List<String> texts = new ArrayList<>();
        List<Value> blocks = items(content);
        if (blocks.isEmpty()) {
            throw Invalid.emptyArray(content.path());
        }
        for (Value item : blocks) {
            Fields block = item.fields();
            if (block.require("type").text().equals("tool_result")) {
                say(texts);
                messages.add(result(block));
            } else {
                texts.add(asked(block));
            }
        }
        say(texts);
    }

    private void say(List<String> texts) {
        if (!texts.isEmpty()) {
            messages.add(Message.user(String.join("\n", texts)));
            texts.clear();
        }
    }

    /** Templates have no form for failed results, so the text says that it is one. */
    private Message result(Fields block) {
        String id = ids.answered(block.require("tool_use_id"));
        String content = block.find("content").map(this::resultText).orElse("");
        boolean failed = block.flag("is_error", false);
        return Message.tool(id, failed ? "Error: " + content : content);
    }

    private String resultText(Value content) {
        return content.node().isString()
                ? content.text()
                : items(content).stream()
                        .map(Value::fields)
                        .map(block ->
                                block.require("type").text().equals("tool_reference") ? found(block) : asked(block))
                        .collect(Collectors.joining("\n"));
    }

    /** The definition is among the request's tools, and shown there. */
    private String found(Fields block) {
        Value name = block.require("tool_name");
        found.add(name);
        return "The tool " + name.nonEmptyText() + " can be called now.";
    }

    private static String text(Value content) {
        return content.node().isString()
                ? content.text()
                : items(content).stream()
                        .map(Value::fields)
                        .map(MessageBlocks::part)
                        .collect(Collectors.joining("\n"));
    }

    private static List<Value> items(Value content) {
        if (!content.node().isArray()) {
            throw Invalid.type(content.path(), "a string or an array of content blocks", content.node());
        }
        return content.items();
    }

    /** A text or a document, in what a user sends. */
    private static String asked(Fields block) {
        Value type = block.require("type");
        return switch (type.text()) {
            case "text" -> block.require("text").text();
            case "document" -> DocumentBlock.text(block);
            default -> throw unreadable(type, "'text' and 'document'");
        };
    }

    /** Where there may only be text. */
    static String part(Fields block) {
        Value type = block.require("type");
        if (!type.text().equals("text")) {
            throw unreadable(type, "'text'");
        }
        return block.require("text").text();
    }

    private static RuntimeException unreadable(Value type, String readable) {
        return Invalid.unsupported(
                type.path(), "this model reads blocks of the type " + readable + ", not '" + type.text() + "' here.");
    }
}
