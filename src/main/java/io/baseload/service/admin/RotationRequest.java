package io.baseload.service.admin;

import io.baseload.service.tenant.ApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How a key is replaced.
 *
 * @param overlapSeconds how long the old key stays valid; absent = a day
 * @param expiresAt when the new key expires, in RFC 3339; null = never
 */
@JsonNaming(SnakeCaseStrategy.class)
record RotationRequest(
        @Nullable Long overlapSeconds, @Nullable JsonNode expiresAt) {
    static final RotationRequest USUAL = new RotationRequest(null, null);

    private static final long DAY = Duration.ofDays(1).toSeconds();
    private static final long MAX_OVERLAP = 30 * DAY;

    Duration overlap() {
        return Duration.ofSeconds(
                overlapSeconds == null ? DAY : Refusals.inRange("overlap_seconds", overlapSeconds, 0, MAX_OVERLAP));
    }

    /** The new key's rights. */
    ApiKey.Rights over(ApiKey.Rights old, Optional<Instant> usualEnd) {
        return old.withEnd(expiresAt == null ? usualEnd : KeyRequest.end(expiresAt));
    }
}
