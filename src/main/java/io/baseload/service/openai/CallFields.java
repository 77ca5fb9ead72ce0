package io.baseload.service.openai;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.protocol.CallIds;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.List;
import java.util.Optional;

/** Calls and their results in the messages of a chat, from the first message to the last: a result answers a call before it. */
final class CallFields {
    private final CallIds ids = new CallIds();

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
        String id = ids.called(call.require("id"));
        call.find("type").ifPresent(type -> type.oneOf(List.of("function")));
        Fields function = call.require("function").fields();
        return new ToolCall(
                id,
                function.require("name").nonEmptyText(),
                function.find("arguments").map(Value::text).orElse("{}"));
    }

    /** A message of a tool. */
    Message result(Fields message, String content, Optional<String> name) {
        return new Message.Tool(ids.answered(message.require("tool_call_id")), content, name);
    }
}
