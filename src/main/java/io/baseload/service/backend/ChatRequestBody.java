package io.baseload.service.backend;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.engine.api.SamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/**
 * The body of a request to a backend, with the fields that most engines know. Fields that request what every engine does anyway are omitted, because some engines refuse unknown
 * fields; fields that have an effect are always included, except variables of the template for a backend that takes none.
 */
final class ChatRequestBody {
    private static final JsonMapper JSON = new JsonMapper();
    /** From the request's own fields; all other variables of the template go under {@code chat_template_kwargs}. */
    private static final List<String> NAMED_VARIABLES = List.of("reasoning_effort", "documents");

    private ChatRequestBody() {}

    static byte[] of(String model, Backend.Limits limits, CompletionRequest request, Input.Chat chat) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        body.put(
                "messages",
                chat.messages().stream().map(ChatRequestBody::message).toList());
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        request.maxTokens().ifPresent(tokens -> body.put(limits.maxTokensField(), tokens));
        if (request.choices() > 1) {
            body.put("n", request.choices());
        }
        if (!request.stop().isEmpty()) {
            body.put("stop", request.stop());
        }
        if (request.topLogprobs() >= 0) {
            body.put("logprobs", true);
            body.put("top_logprobs", request.topLogprobs());
        }
        addSampling(request.sampling(), body);
        addTools(request.tools(), body);
        addFormat(request.format(), body);
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

    /** Temperature and top-p are always sent, because engines have different defaults. */
    private static void addSampling(SamplingOptions sampling, Map<String, Object> body) {
        SamplingOptions usual = SamplingOptions.defaults();
        body.put("temperature", sampling.temperature());
        body.put("top_p", sampling.topP());
        add(body, "top_k", sampling.topK(), usual.topK());
        add(body, "min_p", sampling.minP(), usual.minP());
        add(body, "presence_penalty", sampling.presencePenalty(), usual.presencePenalty());
        add(body, "frequency_penalty", sampling.frequencyPenalty(), usual.frequencyPenalty());
        sampling.seed().ifPresent(seed -> body.put("seed", seed));
        add(body, "logit_bias", sampling.logitBias(), usual.logitBias());
    }

    private static void add(Map<String, Object> body, String name, Object value, Object usual) {
        if (!value.equals(usual)) {
            body.put(name, value);
        }
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

    /** Formats that OpenAI's API can't express are sent in vLLM's fields. */
    private static void addFormat(OutputFormat format, Map<String, Object> body) {
        switch (format) {
            case OutputFormat.Text text -> {}
            case OutputFormat.JsonObject object -> body.put("response_format", Map.of("type", "json_object"));
            case OutputFormat.JsonSchema schema
            when schema.open() ->
                body.put(
                        "structured_outputs",
                        Map.of("json", new RawValue(schema.schema()), "disable_additional_properties", false));
            case OutputFormat.JsonSchema schema -> {
                Map<String, Object> named = new LinkedHashMap<>();
                named.put("name", "answer");
                named.put("schema", new RawValue(schema.schema()));
                named.put("strict", schema.strict());
                body.put("response_format", Map.of("type", "json_schema", "json_schema", named));
            }
            case OutputFormat.Regex regex -> body.put("structured_outputs", Map.of("regex", regex.expression()));
            case OutputFormat.Choice choice -> body.put("structured_outputs", Map.of("choice", choice.texts()));
            case OutputFormat.Grammar grammar -> body.put("structured_outputs", Map.of("grammar", grammar.gbnf()));
        }
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
