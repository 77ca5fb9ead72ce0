package io.baseload.service.admin;

import io.baseload.service.audit.Checkpoints;
import io.baseload.service.audit.Signing;
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
        Integrity integrity,
        Completeness completeness,
        SigningForm signing,
        Round round,
        long entries,
        String head,
        Instant checkedAt) {

    @JsonNaming(SnakeCaseStrategy.class)
    record Integrity(
            boolean ok,
            @Nullable Long firstBadSeq,
            @Nullable String reason,
            long checkpoints,
            List<String> untrustedKeys) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Completeness(boolean ok, List<Long> openIntents) {}

    /**
     * How recent the signatures are.
     *
     * @param size entries covered by the last checkpoint
     * @param signedAt null before the first one
     * @param currentAt when the last checkpoint last covered the whole trail; the start of the process until one first does
     * @param overdue whether that is too long ago
     * @param refusal why nothing is signed now
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record SigningForm(
            long size,
            @Nullable Instant signedAt,
            Instant currentAt,
            boolean overdue,
            @Nullable String refusal,
            List<AnchorForm> anchors) {
        static SigningForm of(Signing signing) {
            Checkpoints.Status status = signing.status();
            return new SigningForm(
                    status.size(),
                    status.size() == 0 ? null : status.signedAt(),
                    status.currentAt(),
                    signing.overdue(),
                    status.refusal().orElse(null),
                    signing.copies().stream()
                            .map(copy -> new AnchorForm(copy.anchor(), copy.currentAt(), copy.overdue()))
                            .toList());
        }
    }

    /**
     * An anchor, or a witness.
     *
     * @param currentAt when it last had the latest checkpoint; the start of the process until it first has
     * @param overdue whether that is too long ago
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record AnchorForm(String name, Instant currentAt, boolean overdue) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record Round(long walked, long of, @Nullable Instant finishedAt) {}

    static VerificationForm of(Verification found, Signing signing) {
        OptionalLong bad = found.integrity().firstBadSeq();
        return new VerificationForm(
                new Integrity(
                        found.integrity().ok(),
                        bad.isPresent() ? bad.getAsLong() : null,
                        found.integrity().reason().orElse(null),
                        found.integrity().checkpoints(),
                        found.integrity().strangers().stream().sorted().toList()),
                new Completeness(found.completeness().ok(), found.completeness().openIntents()),
                SigningForm.of(signing),
                new Round(
                        found.round().walked(),
                        found.round().of(),
                        found.round().finishedAt().orElse(null)),
                found.entries(),
                found.head(),
                found.checkedAt());
    }
}
