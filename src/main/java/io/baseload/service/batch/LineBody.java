package io.baseload.service.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.web.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The result of a line in a file that the batch writes.
 *
 * @param response null if the line was not run
 * @param error the reason why it was not run
 */
@JsonNaming(SnakeCaseStrategy.class)
record LineBody(
        String id,
        String customId,
        @Nullable Response response,
        @Nullable Problem error) {
    /**
     * @param body an answer, or an error in the form of every route
     * @param unenforcedFormats unknown formats in the request's schemas, of which the header tells in other answers
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Response(
            int statusCode,
            String requestId,
            Object body,
            @JsonInclude(Include.NON_EMPTY) List<String> unenforcedFormats) {}

    record Problem(String code, String message) {}

    static LineBody answered(BatchLine line, String customId, BatchAnswer answer) {
        return new LineBody(
                line.id(),
                customId,
                new Response(200, line.requestId(), answer.body(), answer.unenforcedFormats()),
                null);
    }

    static LineBody refused(BatchLine line, String customId, ApiException refusal) {
        return new LineBody(
                line.id(), customId, new Response(refusal.status(), line.requestId(), refusal.body(), List.of()), null);
    }

    static LineBody notRun(String id, String customId, String code, String message) {
        return new LineBody(id, customId, null, new Problem(code, message));
    }
}
