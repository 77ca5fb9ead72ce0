package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Checkpoints;
import io.baseload.service.audit.Signing;
import io.baseload.service.audit.Verification;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

final class TrailProblemsTest {
    private static final Instant AT = Instant.parse("2026-11-29T20:00:00Z");
    private static final Verification.Integrity INTACT =
            new Verification.Integrity(true, OptionalLong.empty(), Optional.empty(), 1, Set.of());

    private static ListAssert<String> problems(
            Verification.Integrity integrity, boolean overdue, Optional<String> refusal, boolean anchorOverdue) {
        var found = new Verification(
                integrity,
                new Verification.Completeness(true, List.of()),
                new Verification.Round(1, 1, Optional.of(AT)),
                1,
                "00",
                AT);
        var signing = new Signing(
                new Checkpoints.Status(1, AT, AT, refusal, false),
                overdue,
                List.of(new Signing.Copy("file", AT, anchorOverdue)));
        return assertThat(TrailProblems.of(found, signing));
    }

    @Test
    void aRecentlySignedTrailNeedsNothing() {
        problems(INTACT, false, Optional.empty(), false).isEmpty();
    }

    @Test
    void oldCheckpointsAndAnchorsAreNamed() {
        problems(INTACT, true, Optional.empty(), true)
                .containsExactly(
                        "No checkpoint has covered the end of the audit trail since 2026-11-29T20:00:00Z.",
                        "The anchor file has not had the latest checkpoint since 2026-11-29T20:00:00Z.");
    }

    @Test
    void aRefusalIsTheReasonForOldCheckpoints() {
        problems(INTACT, true, Optional.of("a key is not trusted"), false)
                .containsExactly("No checkpoint of the audit trail is signed: a key is not trusted");
    }

    @Test
    void aBrokenTrailIsTheReasonForARefusal() {
        var broken = new Verification.Integrity(false, OptionalLong.of(7), Optional.of("cut"), 1, Set.of());
        problems(broken, true, Optional.of("cut"), false)
                .containsExactly("The audit trail does not verify, from entry 7 on: cut");
    }
}
