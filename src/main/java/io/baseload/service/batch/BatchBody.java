package io.baseload.service.batch;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A batch in answers of the API. Times are in seconds. */
@JsonNaming(SnakeCaseStrategy.class)
record BatchBody(
        String id,
        String object,
        String endpoint,
        @Nullable Errors errors,
        String inputFileId,
        String completionWindow,
        String status,
        @Nullable String outputFileId,
        @Nullable String errorFileId,
        long createdAt,
        @Nullable Long inProgressAt,
        long expiresAt,
        @Nullable Long finalizingAt,
        @Nullable Long completedAt,
        @Nullable Long failedAt,
        @Nullable Long expiredAt,
        @Nullable Long cancellingAt,
        @Nullable Long cancelledAt,
        RequestBatch.Counts requestCounts,
        @Nullable Tokens usage,
        @JsonRawValue @Nullable String metadata) {
    /** @param data a list of {@link BatchError}, as JSON */
    record Errors(String object, @JsonRawValue String data) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Tokens(
            long inputTokens,
            InputDetails inputTokensDetails,
            long outputTokens,
            OutputDetails outputTokensDetails,
            long totalTokens) {
        @JsonNaming(SnakeCaseStrategy.class)
        record InputDetails(long cachedTokens) {}

        @JsonNaming(SnakeCaseStrategy.class)
        record OutputDetails(long reasoningTokens) {}

        static Tokens of(TokenTotals totals) {
            return new Tokens(
                    totals.input(),
                    new InputDetails(totals.cached()),
                    totals.output(),
                    new OutputDetails(totals.reasoning()),
                    totals.total());
        }
    }

    static BatchBody of(Batches.Seen seen) {
        RequestBatch batch = seen.batch();
        return new BatchBody(
                batch.id(),
                "batch",
                batch.endpoint(),
                text(seen.errors()).map(data -> new Errors("list", data)).orElse(null),
                batch.inputFile(),
                batch.completionWindow(),
                batch.status().wire(),
                batch.outputFile().orElse(null),
                batch.errorFile().orElse(null),
                batch.createdAt().getEpochSecond(),
                at(batch, BatchStatus.IN_PROGRESS),
                batch.expiresAt().getEpochSecond(),
                at(batch, BatchStatus.FINALIZING),
                at(batch, BatchStatus.COMPLETED),
                at(batch, BatchStatus.FAILED),
                at(batch, BatchStatus.EXPIRED),
                at(batch, BatchStatus.CANCELLING),
                at(batch, BatchStatus.CANCELLED),
                batch.counts(),
                batch.tokens().map(Tokens::of).orElse(null),
                text(seen.metadata()).orElse(null));
    }

    private static @Nullable Long at(RequestBatch batch, BatchStatus status) {
        return batch.reached().get(status.wire());
    }

    private static Optional<String> text(Optional<byte[]> json) {
        return json.map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
