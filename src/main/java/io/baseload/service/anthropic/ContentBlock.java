package io.baseload.service.anthropic;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.baseload.chat.api.ToolCall;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A part of an answer. */
sealed interface ContentBlock {
    @JsonPropertyOrder("type")
    record Text(String text) implements ContentBlock {
        @JsonProperty
        String type() {
            return "text";
        }
    }

    /** @param signature the thinking, sealed, if its text is omitted; otherwise empty, because this service does not verify earlier thinking */
    @JsonPropertyOrder("type")
    record Thinking(String thinking, String signature) implements ContentBlock {
        @JsonProperty
        String type() {
            return "thinking";
        }
    }

    /** @param input a JSON object */
    @JsonPropertyOrder("type")
    record ToolUse(String id, String name, Object input) implements ContentBlock {
        private static final Map<String, String> NOTHING = Map.of();

        /** A call of which only the name is known so far. */
        static ToolUse begun(String id, String name) {
            return new ToolUse(id, name, NOTHING);
        }

        /** Arguments that are not a JSON object, because the model wrote something else or was cut off, are shown unchanged. */
        static ToolUse of(ToolCall call) {
            Object input;
            try {
                JsonNode read = Json.parse(call.arguments().getBytes(StandardCharsets.UTF_8));
                input = read.isObject() ? read : Map.of("arguments", call.arguments());
            } catch (ApiException e) {
                input = Map.of("arguments", call.arguments());
            }
            return new ToolUse(call.id(), call.name(), input);
        }

        @JsonProperty
        String type() {
            return "tool_use";
        }
    }
}
