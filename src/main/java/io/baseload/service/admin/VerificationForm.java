package io.baseload.service.admin;

import io.baseload.service.audit.Verification;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** What a check of the audit trail found, in JSON. */
@JsonNaming(SnakeCaseStrategy.class)
record VerificationForm(Integrity integrity, Completeness completeness, long entries, String head, Instant checkedAt) {

    @JsonNaming(SnakeCaseStrategy.class)
    record Integrity(boolean ok, @Nullable Long firstBadSeq, int checkpoints) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Completeness(boolean ok, List<Long> openIntents) {}

    static VerificationForm of(Verification found) {
        OptionalLong bad = found.integrity().firstBadSeq();
        return new VerificationForm(
                new Integrity(
                        found.integrity().ok(),
                        bad.isPresent() ? bad.getAsLong() : null,
                        found.integrity().checkpoints()),
                new Completeness(found.completeness().ok(), found.completeness().openIntents()),
                found.entries(),
                found.head(),
                found.checkedAt());
    }
}
