package io.baseload.service.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How a key is replaced.
 *
 * @param overlapSeconds how long the old key stays valid; absent = a day
 */
@JsonNaming(SnakeCaseStrategy.class)
record RotationRequest(@Nullable Long overlapSeconds) {
    private static final long DAY = Duration.ofDays(1).toSeconds();
    private static final long MAX_OVERLAP = 30 * DAY;

    static Duration overlap(@Nullable RotationRequest rotation) {
        Long seconds = rotation == null ? null : rotation.overlapSeconds;
        return Duration.ofSeconds(seconds == null ? DAY : Refusals.inRange("overlap_seconds", seconds, 0, MAX_OVERLAP));
    }
}
