package io.baseload.service.backend;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/** The body of a chat for a backend. It has all fields that have an effect, except variables of the template for a backend that takes none. */
final class ChatRequestBody {
    private static final JsonMapper JSON = new JsonMapper();
    /** From the request's own fields; all other variables of the template go under {@code chat_template_kwargs}. */
    private static final List<String> NAMED_VARIABLES = List.of("reasoning_effort", "documents");

    private ChatRequestBody() {}

    static byte[] of(String model, Backend.Limits limits, CompletionRequest request, Input.Chat chat) {
        Map<String, Object> body = SharedRequestFields.of(model, request);
        body.put(
                "messages",
                chat.messages().stream().map(ChatRequestBody::message).toList());
        request.maxTokens().ifPresent(tokens -> body.put(limits.maxTokensField(), tokens));
        if (request.topLogprobs() >= 0) {
            body.put("logprobs", true);
            body.put("top_logprobs", request.topLogprobs());
        }
        addTools(request.tools(), body);
        addVariables(chat.variables(), limits.templateVariables(), body);
        return JSON.writeValueAsBytes(body);
    }

    private static Map<String, Object> message(Message message) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("role", message.role());
        switch (message) {
            case Message.Instructions said -> body.put("content", said.content());
            case Message.User said -> body.put("content", said.content());
            case Message.Tool said -> {
                body.put("tool_call_id", said.callId());
                body.put("content", said.content());
            }
            case Message.Assistant said -> {
                body.put("content", said.content().orElse(null));
                said.reasoning().ifPresent(text -> body.put("reasoning_content", text));
                if (!said.calls().isEmpty()) {
                    body.put(
                            "tool_calls",
                            said.calls().stream().map(ChatRequestBody::call).toList());
                }
            }
        }
        message.name().ifPresent(name -> body.put("name", name));
        return body;
    }

    private static Map<String, Object> call(ToolCall call) {
        return Map.of(
                "id", call.id(),
                "type", "function",
                "function", Map.of("name", call.name(), "arguments", call.arguments()));
    }

    /** If only some tools may be called, only these are sent: few engines know {@code allowed_tools}. */
    private static void addTools(ToolSet tools, Map<String, Object> body) {
        if (tools.tools().isEmpty()) {
            return;
        }
        body.put("tools", tools.shown().stream().map(ChatRequestBody::tool).toList());
        body.put(
                "tool_choice",
                switch (tools.choice()) {
                    case ToolChoice.Mode.NONE -> "none";
                    case ToolChoice.Mode.AUTO -> "auto";
                    case ToolChoice.Mode.REQUIRED -> "required";
                    case ToolChoice.Named named -> Map.of("type", "function", "function", Map.of("name", named.name()));
                    case ToolChoice.Allowed allowed -> allowed.required() ? "required" : "auto";
                });
        if (!tools.parallel()) {
            body.put("parallel_tool_calls", false);
        }
    }

    private static Map<String, Object> tool(ToolSpec tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        if (!tool.description().isBlank()) {
            function.put("description", tool.description());
        }
        function.put("parameters", new RawValue(tool.parameters()));
        if (tool.strict()) {
            function.put("strict", true);
        }
        return Map.of("type", "function", "function", function);
    }

    /** An effort of "none" is sent once; for local templates it is in three variables. */
    private static void addVariables(Map<String, Object> variables, boolean unnamed, Map<String, Object> body) {
        Map<String, Object> rest = new LinkedHashMap<>(variables);
        for (String name : NAMED_VARIABLES) {
            Object value = rest.remove(name);
            if (value != null) {
                body.put(name, value);
            }
        }
        if ("none".equals(body.get("reasoning_effort"))) {
            rest.remove("enable_thinking", false);
            rest.remove("thinking", false);
        }
        if (unnamed && !rest.isEmpty()) {
            body.put("chat_template_kwargs", rest);
        }
    }
}
