package io.baseload.service.anthropic;

import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * An answer.
 *
 * @param model the id of the model that answers, even if the request named an alias
 * @param stopReason {@code end_turn}, {@code max_tokens}, {@code stop_sequence}, {@code tool_use} or {@code refusal}; null in a stream that begins
 */
@JsonNaming(SnakeCaseStrategy.class)
record MessageBody(
        String id,
        String type,
        String role,
        String model,
        List<ContentBlock> content,
        @Nullable String stopReason,
        @Nullable String stopSequence,
        Tokens usage) {

    static MessageBody of(String model, List<ContentBlock> content, Ending ending, Tokens usage) {
        String id = "msg_" + UUID.randomUUID().toString().replace("-", "");
        return new MessageBody(
                id, "message", "assistant", model, content, ending.stopReason(), ending.stopSequence(), usage);
    }

    /** Why an answer has ended; nulls before that. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Ending(@Nullable String stopReason, @Nullable String stopSequence) {}

    /** @param inputTokens those of the prompt that were not found in the cache */
    @JsonNaming(SnakeCaseStrategy.class)
    record Tokens(
            int inputTokens,
            @Nullable Object cacheCreation,
            int cacheCreationInputTokens,
            int cacheReadInputTokens,
            int outputTokens,
            @Nullable Object serverToolUse,
            String serviceTier) {

        static Tokens of(Usage usage) {
            return new Tokens(
                    usage.prompt() - usage.cached(), null, 0, usage.cached(), usage.completion(), null, "standard");
        }
    }
}
