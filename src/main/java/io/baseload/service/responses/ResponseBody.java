package io.baseload.service.responses;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import io.baseload.service.web.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A response.
 *
 * @param createdAt seconds since 1970
 * @param status of the response, with the values of an item's, or "failed"
 * @param model the id of the model that answers, even if the request named an alias
 */
@JsonNaming(SnakeCaseStrategy.class)
record ResponseBody(
        String id,
        String object,
        long createdAt,
        @Nullable Long completedAt,
        String status,
        String model,
        @Nullable Failure error,
        @Nullable Incomplete incompleteDetails,
        List<OutputItem> output,
        @Nullable Tokens usage,
        @JsonUnwrapped ResponseSettings settings) {

    record Failure(String code, String message) {}

    record Incomplete(String reason) {}

    static ResponseBody begun(String model, ResponseSettings settings) {
        return new ResponseBody(
                "resp_" + UUID.randomUUID().toString().replace("-", ""),
                "response",
                Instant.now().getEpochSecond(),
                null,
                OutputItem.IN_PROGRESS,
                model,
                null,
                null,
                List.of(),
                null,
                settings);
    }

    ResponseBody ended(StopReason reason, List<OutputItem> output, CompletionEvent.Finished end) {
        var tokens = Tokens.of(end.usage(), end.reasoningTokens());
        return switch (reason) {
            case STOP, TOOL_CALLS ->
                with(OutputItem.COMPLETED, Instant.now().getEpochSecond(), null, null, output, tokens);
            case LENGTH -> incomplete("max_output_tokens", output, tokens);
            case CONTENT_FILTER -> incomplete("content_filter", output, tokens);
        };
    }

    ResponseBody with(ResponseSettings others) {
        return new ResponseBody(
                id, object, createdAt, completedAt, status, model, error, incompleteDetails, output, usage, others);
    }

    private ResponseBody incomplete(String reason, List<OutputItem> output, Tokens tokens) {
        return with(OutputItem.INCOMPLETE, null, null, new Incomplete(reason), output, tokens);
    }

    ResponseBody failed(ApiException failure, List<OutputItem> output, Usage usage) {
        var detail = failure.detail();
        var error = new Failure(detail.code() == null ? detail.type() : detail.code(), detail.message());
        return with("failed", null, error, null, output, Tokens.of(usage, 0));
    }

    private ResponseBody with(
            String newStatus,
            @Nullable Long completed,
            @Nullable Failure failure,
            @Nullable Incomplete incomplete,
            List<OutputItem> items,
            Tokens tokens) {
        return new ResponseBody(
                id, object, createdAt, completed, newStatus, model, failure, incomplete, items, tokens, settings);
    }

    /** Reasoning is a part of the output. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Tokens(
            int inputTokens,
            InputDetails inputTokensDetails,
            int outputTokens,
            OutputDetails outputTokensDetails,
            int totalTokens) {

        static Tokens of(Usage usage, int reasoning) {
            return new Tokens(
                    usage.prompt(),
                    new InputDetails(usage.cached(), 0),
                    usage.completion(),
                    new OutputDetails(reasoning),
                    usage.total());
        }

        @JsonNaming(SnakeCaseStrategy.class)
        record InputDetails(int cachedTokens, int cacheWriteTokens) {}

        @JsonNaming(SnakeCaseStrategy.class)
        record OutputDetails(int reasoningTokens) {}
    }
}
