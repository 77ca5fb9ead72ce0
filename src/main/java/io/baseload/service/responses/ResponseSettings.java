package io.baseload.service.responses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolSpec;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Value;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.node.JsonNodeFactory;

/** The settings of a request that its response repeats. Keys that strict clients read are present even when null. */
@JsonNaming(SnakeCaseStrategy.class)
record ResponseSettings(
        boolean background,
        @Nullable JsonNode instructions,
        @Nullable JsonNode maxOutputTokens,
        @Nullable JsonNode maxToolCalls,
        Object metadata,
        boolean parallelToolCalls,
        @Nullable JsonNode previousResponseId,
        Object reasoning,
        String serviceTier,
        boolean store,
        float temperature,
        Object text,
        Object toolChoice,
        Object tools,
        int topLogprobs,
        float topP,
        String truncation,
        @JsonInclude(Include.NON_NULL) @Nullable JsonNode promptCacheKey,
        @JsonInclude(Include.NON_NULL) @Nullable JsonNode safetyIdentifier,
        @JsonInclude(Include.NON_NULL) @Nullable JsonNode user) {
    private static final Object PLAIN_TEXT = Map.of("format", Map.of("type", "text"));

    static ResponseSettings of(Fields fields, CompletionRequest request) {
        return new ResponseSettings(
                false,
                node(fields, "instructions"),
                node(fields, "max_output_tokens"),
                node(fields, "max_tool_calls"),
                given(fields, "metadata").orElse(Map.of()),
                request.tools().parallel(),
                node(fields, "previous_response_id"),
                given(fields, "reasoning").orElse(Map.of()),
                fields.find("service_tier")
                        .map(Value::text)
                        .filter("flex"::equals)
                        .orElse("default"),
                fields.flag("store", false),
                request.sampling().temperature(),
                given(fields, "text").filter(text -> hasFormat(fields)).orElse(PLAIN_TEXT),
                given(fields, "tool_choice").orElse("auto"),
                given(fields, "tools").orElse(List.of()),
                Math.max(0, request.topLogprobs()),
                request.sampling().topP(),
                "disabled",
                node(fields, "prompt_cache_key"),
                node(fields, "safety_identifier"),
                node(fields, "user"));
    }

    /** The same with the texts that the filters have replaced. */
    ResponseSettings letThrough(CompletionRequest sent, CompletionRequest passed) {
        return new ResponseSettings(
                background,
                instructions == null ? null : JsonNodeFactory.instance.stringNode(instructions(passed)),
                maxOutputTokens,
                maxToolCalls,
                metadata,
                parallelToolCalls,
                previousResponseId,
                reasoning,
                serviceTier,
                store,
                temperature,
                text,
                toolChoice,
                passed.tools().equals(sent.tools())
                        ? tools
                        : passed.tools().tools().stream()
                                .map(ResponseSettings::function)
                                .toList(),
                topLogprobs,
                topP,
                truncation,
                promptCacheKey,
                safetyIdentifier,
                user);
    }

    private static String instructions(CompletionRequest request) {
        return request.input() instanceof Input.Chat chat
                        && chat.messages().getFirst() instanceof Message.Instructions it
                ? it.content()
                : "";
    }

    private static Map<String, Object> function(ToolSpec tool) {
        return Map.of(
                "type",
                "function",
                "name",
                tool.name(),
                "description",
                tool.description(),
                "parameters",
                Json.parse(tool.parameters().getBytes(StandardCharsets.UTF_8)),
                "strict",
                tool.strict());
    }

    private static boolean hasFormat(Fields fields) {
        return fields.find("text").flatMap(text -> text.fields().find("format")).isPresent();
    }

    private static @Nullable JsonNode node(Fields fields, String name) {
        return fields.find(name).map(Value::node).orElse(null);
    }

    private static Optional<Object> given(Fields fields, String name) {
        return fields.find(name).map(Value::node);
    }
}
