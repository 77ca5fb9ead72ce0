package io.baseload.service.openai;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Calls and their results in the messages of a chat, from the first message to the last: a result answers a call before it. */
final class CallFields {
    private final Set<String> called = new HashSet<>();

    /** The calls of an assistant's message. */
    List<ToolCall> calls(Fields message) {
        message.find("function_call").ifPresent(call -> {
            throw Invalid.unsupported(call.path(), "use 'tool_calls'.");
        });
        return message.find("tool_calls").map(Value::items).orElse(List.of()).stream()
                .map(call -> call(call.fields()))
                .toList();
    }

    private ToolCall call(Fields call) {
        String id = call.require("id").nonEmptyText();
        call.find("type").ifPresent(type -> type.oneOf(List.of("function")));
        Fields function = call.require("function").fields();
        called.add(id);
        return new ToolCall(
                id,
                function.require("name").nonEmptyText(),
                function.find("arguments").map(Value::text).orElse("{}"));
    }

    /** A message of a tool. */
    Message result(Fields message, String content, Optional<String> name) {
        Value id = message.require("tool_call_id");
        if (!called.contains(id.text())) {
            throw Invalid.value(id.path(), "no message before has a call of this id.");
        }
        return new Message.Tool(id.text(), content, name);
    }
}
