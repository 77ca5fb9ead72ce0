package io.baseload.service.responses;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.baseload.service.protocol.LogprobEntry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A part of an answer: the model's reasoning, its text, or one call of a function. */
sealed interface OutputItem {
    String IN_PROGRESS = "in_progress";
    String COMPLETED = "completed";
    String INCOMPLETE = "incomplete";

    String id();

    /** The item if the answer ends within it. */
    OutputItem withStatus(String status);

    @JsonPropertyOrder("type")
    record Said(String id, String status, List<Part.Text> content) implements OutputItem {
        static Said open() {
            return new Said(newId("msg_"), IN_PROGRESS, List.of());
        }

        @JsonProperty
        String type() {
            return "message";
        }

        @JsonProperty
        String role() {
            return "assistant";
        }

        Said saying(String text, List<LogprobEntry> logprobs) {
            return new Said(id, status, List.of(new Part.Text(text, logprobs)));
        }

        @Override
        public Said withStatus(String other) {
            return new Said(id, other, content);
        }
    }

    /** @param encryptedContent what a client can send back instead of the content, if it asked for it */
    @JsonPropertyOrder("type")
    @JsonNaming(SnakeCaseStrategy.class)
    record Thought(
            String id,
            String status,
            List<Object> summary,
            List<Part.Reasoning> content,
            @JsonInclude(Include.NON_NULL) @Nullable String encryptedContent)
            implements OutputItem {
        static Thought open() {
            return new Thought(newId("rs_"), IN_PROGRESS, List.of(), List.of(), null);
        }

        @JsonProperty
        String type() {
            return "reasoning";
        }

        Thought thinking(String text, Optional<String> sealed) {
            return new Thought(id, status, summary, List.of(new Part.Reasoning(text)), sealed.orElse(null));
        }

        @Override
        public Thought withStatus(String other) {
            return new Thought(id, other, summary, content, encryptedContent);
        }
    }

    /**
     * @param namespace of the function, if it is in one
     * @param arguments JSON text
     */
    @JsonPropertyOrder("type")
    @JsonNaming(SnakeCaseStrategy.class)
    record Called(
            String id,
            String status,
            String callId,
            String name,
            @JsonInclude(Include.NON_NULL) @Nullable String namespace,
            String arguments)
            implements OutputItem {
        static Called open(String callId, String name, @Nullable String namespace) {
            return new Called(newId("fc_"), IN_PROGRESS, callId, name, namespace, "");
        }

        @JsonProperty
        String type() {
            return "function_call";
        }

        Called with(String all) {
            return new Called(id, status, callId, name, namespace, all);
        }

        @Override
        public Called withStatus(String other) {
            return new Called(id, other, callId, name, namespace, arguments);
        }
    }

    /** The content of an item. */
    sealed interface Part {
        @JsonPropertyOrder("type")
        record Text(String text, List<LogprobEntry> logprobs) implements Part {
            @JsonProperty
            String type() {
                return "output_text";
            }

            @JsonProperty
            List<Object> annotations() {
                return List.of();
            }
        }

        @JsonPropertyOrder("type")
        record Reasoning(String text) implements Part {
            @JsonProperty
            String type() {
                return "reasoning_text";
            }
        }
    }

    static String newId(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }
}
