package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolCall;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import io.micrometer.tracing.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Describes a request and its answers with the attributes of OpenTelemetry's semantic conventions for generative AI. */
final class GenAiAttributes {
    private static final JsonMapper JSON = new JsonMapper();

    private GenAiAttributes() {}

    /** The span name of the conventions. */
    static String spanName(CompletionRequest request, String model) {
        return operation(request) + " " + model;
    }

    /** The same; the conventions define embeddings but no name for ranking. */
    static String spanName(EncodingCall call, String model) {
        return operation(call) + " " + model;
    }

    private static String operation(EncodingCall call) {
        return call.request().input() instanceof EncodingInput.Documents ? "rerank" : "embeddings";
    }

    static void tellRequest(Span span, EncodingCall asked, String model) {
        tellModel(span, operation(asked), asked.model(), model);
        asked.request().dimensions().ifPresent(count -> span.tag("gen_ai.embeddings.dimension.count", count));
    }

    static void tellUsage(Span span, EncodingResult encoded) {
        span.tag("gen_ai.usage.input_tokens", encoded.tokens());
    }

    private static void tellModel(Span span, String operation, String asked, String model) {
        span.tag("gen_ai.operation.name", operation);
        span.tag("gen_ai.provider.name", "baseload");
        span.tag("gen_ai.request.model", asked);
        span.tag("gen_ai.response.model", model);
    }

    private static String operation(CompletionRequest request) {
        return request.input() instanceof Input.Chat ? "chat" : "text_completion";
    }

    static void tellRequest(Span span, InferenceRequest asked, String model) {
        var request = asked.completion();
        tellModel(span, operation(request), asked.model(), model);
        request.maxTokens().ifPresent(most -> span.tag("gen_ai.request.max_tokens", most));
        if (request.choices() > 1) {
            span.tag("gen_ai.request.choice.count", request.choices());
        }
        tellSampling(span, request.sampling());
    }

    private static void tellSampling(Span span, SamplingOptions sampling) {
        span.tag("gen_ai.request.temperature", (double) sampling.temperature());
        span.tag("gen_ai.request.top_p", (double) sampling.topP());
        span.tag("gen_ai.request.top_k", sampling.topK());
        span.tag("gen_ai.request.presence_penalty", (double) sampling.presencePenalty());
        span.tag("gen_ai.request.frequency_penalty", (double) sampling.frequencyPenalty());
        sampling.seed().ifPresent(seed -> span.tag("gen_ai.request.seed", seed));
    }

    static void tellAnswers(Span span, Usage usage, Collection<StopReason> reasons) {
        span.tag("gen_ai.usage.input_tokens", usage.prompt());
        span.tag("gen_ai.usage.output_tokens", usage.completion());
        span.tag("gen_ai.usage.cache_read.input_tokens", usage.cached());
        span.tagOfStrings(
                "gen_ai.response.finish_reasons",
                reasons.stream().map(StopReason::label).toList());
    }

    static void tellPrompt(Span span, CompletionRequest request) {
        var messages = switch (request.input()) {
            case Input.Chat chat ->
                chat.messages().stream().map(GenAiAttributes::message).toList();
            case Input.Texts texts ->
                texts.prompts().stream()
                        .map(prompt -> message("user", List.of(text(prompt))))
                        .toList();
            case Input.Tokens tokens -> List.of();
        };
        span.tag("gen_ai.input.messages", JSON.writeValueAsString(messages));
    }

    static void tellTexts(Span span, List<Transcript.Answer> answers) {
        var messages = answers.stream()
                .map(answer -> {
                    var message = message("assistant", parts(answer.reasoning(), answer.text(), answer.calls()));
                    answer.reason().ifPresent(reason -> message.put("finish_reason", reason.label()));
                    return message;
                })
                .toList();
        span.tag("gen_ai.output.messages", JSON.writeValueAsString(messages));
    }

    private static Map<String, Object> message(Message message) {
        return message(
                message.role(),
                switch (message) {
                    case Message.Instructions instructions -> List.of(text(instructions.content()));
                    case Message.User user -> List.of(text(user.content()));
                    case Message.Assistant assistant ->
                        parts(
                                assistant.reasoning().orElse(""),
                                assistant.content().orElse(""),
                                assistant.calls());
                    case Message.Tool tool ->
                        List.of(part("tool_call_response", "id", tool.callId(), "response", tool.content()));
                });
    }

    private static Map<String, Object> message(String role, List<Map<String, Object>> parts) {
        var message = new LinkedHashMap<String, Object>();
        message.put("role", role);
        message.put("parts", parts);
        return message;
    }

    private static List<Map<String, Object>> parts(String reasoning, String text, List<ToolCall> calls) {
        var parts = new ArrayList<Map<String, Object>>();
        if (!reasoning.isEmpty()) {
            parts.add(part("reasoning", "content", reasoning));
        }
        if (!text.isEmpty()) {
            parts.add(text(text));
        }
        for (ToolCall call : calls) {
            parts.add(part("tool_call", "id", call.id(), "name", call.name(), "arguments", call.arguments()));
        }
        return parts;
    }

    private static Map<String, Object> text(String text) {
        return part("text", "content", text);
    }

    /** @param fields name, value, name, value … */
    private static Map<String, Object> part(String type, String... fields) {
        var part = new LinkedHashMap<String, Object>();
        part.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            part.put(fields[i], fields[i + 1]);
        }
        return part;
    }
}
