package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.template.JsonData;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A conversation in the form that templates expect: OpenAI's, with the arguments of calls as objects and reasoning under both of its names. */
final class ChatVariables {
    private ChatVariables() {}

    /** @param form the form of messages that call tools */
    static Map<String, @Nullable Object> of(CompletionRequest request, Input.Chat chat, Abilities.CallForm form) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("add_generation_prompt", true);
        variables.put("documents", null);
        variables.put("tools", tools(request));
        variables.putAll(chat.variables());
        variables.put("messages", messages(chat, form));
        return variables;
    }

    /** All texts in a value, names of members included. */
    static Stream<String> texts(@Nullable Object value) {
        return switch (value) {
            case String s -> Stream.of(s);
            case List<?> l -> l.stream().flatMap(ChatVariables::texts);
            case Map<?, ?> m ->
                Stream.concat(m.keySet().stream(), m.values().stream()).flatMap(ChatVariables::texts);
            case null, default -> Stream.of();
        };
    }

    private static @Nullable List<Map<String, @Nullable Object>> tools(CompletionRequest request) {
        return request.tools().offered()
                ? request.tools().shown().stream().map(ChatVariables::tool).toList()
                : null;
    }

    private static Map<String, @Nullable Object> tool(ToolSpec spec) {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", spec.name());
        function.put("description", spec.description());
        function.put("parameters", JsonData.parse(spec.parameters()));
        return typed(function);
    }

    private static Map<String, @Nullable Object> typed(Map<String, @Nullable Object> function) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("type", "function");
        members.put("function", function);
        return members;
    }

    private static List<Map<String, @Nullable Object>> messages(Input.Chat chat, Abilities.CallForm form) {
        Map<String, String> called = new HashMap<>();
        return chat.messages().stream().map(m -> message(m, form, called)).toList();
    }

    private static Map<String, @Nullable Object> message(
            Message message, Abilities.CallForm form, Map<String, String> called) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("role", message.role());
        message.name().ifPresent(name -> members.put("name", name));
        switch (message) {
            case Message.Instructions system -> members.put("content", system.content());
            case Message.User user -> members.put("content", user.content());
            case Message.Assistant said -> assistant(said, form, members, called);
            case Message.Tool result -> {
                members.put("content", result.content());
                members.put("tool_call_id", result.callId());
                members.putIfAbsent("name", called.getOrDefault(result.callId(), ""));
            }
        }
        return members;
    }

    private static void assistant(
            Message.Assistant said,
            Abilities.CallForm form,
            Map<String, @Nullable Object> members,
            Map<String, String> called) {
        members.put("content", said.content().orElse(form.nullContent() ? null : ""));
        said.reasoning().ifPresent(text -> {
            members.put("reasoning_content", text);
            members.put("thinking", text);
        });
        if (!said.calls().isEmpty()) {
            said.calls().forEach(call -> called.put(call.id(), call.name()));
            members.put(
                    "tool_calls",
                    said.calls().stream().map(call -> call(call, form)).toList());
        }
    }

    private static Map<String, @Nullable Object> call(ToolCall call, Abilities.CallForm form) {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", form.objectArguments() ? arguments(call.arguments()) : call.arguments());
        Map<String, @Nullable Object> members = typed(function);
        members.put("id", call.id());
        return members;
    }

    /** Earlier arguments written by a model may not be JSON: a template then gets the text. */
    private static @Nullable Object arguments(String json) {
        try {
            return json.isBlank() ? Map.of() : JsonData.parse(json);
        } catch (IllegalArgumentException e) {
            return json;
        }
    }
}
