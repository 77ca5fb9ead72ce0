package io.baseload.service.batch;

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
    /** @param body an answer, or an error in the form of every route */
    @JsonNaming(SnakeCaseStrategy.class)
    record Response(int statusCode, String requestId, Object body) {}

    record Problem(String code, String message) {}

    static LineBody answered(BatchLine line, String customId, int status, Object body) {
        return new LineBody(line.id(), customId, new Response(status, line.requestId(), body), null);
    }

    static LineBody notRun(String id, String customId, String code, String message) {
        return new LineBody(id, customId, null, new Problem(code, message));
    }
}
