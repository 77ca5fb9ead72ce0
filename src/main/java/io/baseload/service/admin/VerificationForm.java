package io.baseload.service.admin;

import io.baseload.service.audit.Verification;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The result of verifying the audit trail, in JSON. */
@JsonNaming(SnakeCaseStrategy.class)
record VerificationForm(
        Integrity integrity, Completeness completeness, Round round, long entries, String head, Instant checkedAt) {

    @JsonNaming(SnakeCaseStrategy.class)
    record Integrity(
            boolean ok,
            @Nullable Long firstBadSeq,
            @Nullable String reason,
            long checkpoints,
            List<String> untrustedKeys) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Completeness(boolean ok, List<Long> openIntents) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Round(long walked, long of, @Nullable Instant finishedAt) {}

    static VerificationForm of(Verification found) {
        OptionalLong bad = found.integrity().firstBadSeq();
        return new VerificationForm(
                new Integrity(
                        found.integrity().ok(),
                        bad.isPresent() ? bad.getAsLong() : null,
                        found.integrity().reason().orElse(null),
                        found.integrity().checkpoints(),
                        found.integrity().strangers().stream().sorted().toList()),
                new Completeness(found.completeness().ok(), found.completeness().openIntents()),
                new Round(
                        found.round().walked(),
                        found.round().of(),
                        found.round().finishedAt().orElse(null)),
                found.entries(),
                found.head(),
                found.checkedAt());
    }
}
