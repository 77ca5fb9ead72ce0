package io.baseload.service.admin;

import io.baseload.service.registry.Job;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A job in JSON. */
@JsonNaming(SnakeCaseStrategy.class)
record JobForm(
        String id,
        String kind,
        String model,
        String state,
        double progress,
        String message,
        @Nullable Failure error,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    record Failure(String message) {}

    static JobForm of(Job job) {
        String error = job.error();
        return new JobForm(
                job.id(),
                job.kind().name().toLowerCase(Locale.ROOT),
                job.model(),
                job.state().name().toLowerCase(Locale.ROOT),
                job.progress(),
                job.message(),
                error == null ? null : new Failure(error),
                job.createdAt(),
                job.finishedAt());
    }
}
