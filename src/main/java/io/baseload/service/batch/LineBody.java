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
 * The result of a line in a file that the batch writes. It names the request's end user before everything else, so that it can be found and erased when the request is gone.
 *
 * @param response null if the line was not run
 * @param error the reason why it was not run
 */
@JsonNaming(SnakeCaseStrategy.class)
record LineBody(
        String id,
        @Nullable String customId,
        @JsonInclude(Include.NON_NULL) @Nullable String user,
        @JsonInclude(Include.NON_NULL) @Nullable String safetyIdentifier,
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

    static LineBody answered(BatchLine line, LineRequest request, BatchAnswer answer) {
        return of(
                line.id(),
                request,
                new Response(200, line.requestId(), answer.body(), answer.unenforcedFormats()),
                null);
    }

    static LineBody refused(BatchLine line, LineRequest request, ApiException refusal) {
        return of(
                line.id(), request, new Response(refusal.status(), line.requestId(), refusal.body(), List.of()), null);
    }

    static LineBody notRun(String id, LineRequest request, String code, String message) {
        return of(id, request, null, new Problem(code, message));
    }

    private static LineBody of(String id, LineRequest request, @Nullable Response response, @Nullable Problem problem) {
        var endUser = request.endUser();
        return new LineBody(
                id,
                request.customId(),
                endUser.user().orElse(null),
                endUser.safetyIdentifier().orElse(null),
                response,
                problem);
    }

    /** In the place of a result that was erased. It is shorter than any result. */
    static LineBody erased(String id) {
        return new LineBody(id, null, null, null, null, new Problem("erased", "Erased."));
    }
}
