package io.baseload.service.admin;

import io.baseload.service.registry.Job;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
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

    private static final Pattern ASYNC = Pattern.compile("(?i)(^|,)\\s*respond-async\\s*(;|,|$)");

    record Failure(String message) {}

    record Started(JobForm job) {}

    /** Whether a request's header {@code Prefer} asks for the job instead of its end. */
    static boolean isPreferred(String header) {
        return ASYNC.matcher(header).find();
    }

    /** 202: the job continues, and this is its address. */
    static ResponseEntity<Started> started(Job job) {
        return ResponseEntity.accepted()
                .location(URI.create("/admin/v1/jobs/" + job.id()))
                .body(new Started(of(job)));
    }

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
