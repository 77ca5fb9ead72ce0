package io.baseload.service.batch;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A file in answers of the API. Times are in seconds. */
@JsonNaming(SnakeCaseStrategy.class)
record FileBody(
        String id,
        String object,
        long bytes,
        long createdAt,
        long expiresAt,
        String filename,
        String purpose,
        String status) {
    static FileBody of(StoredFile file) {
        return new FileBody(
                file.id(),
                "file",
                file.bytes(),
                file.createdAt().getEpochSecond(),
                file.expiresAt().getEpochSecond(),
                file.filename(),
                file.purpose(),
                "processed");
    }
}
