package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ListAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TrailNoticesTest {
    private static final Map<String, Object> INTACT = Map.of("ok", true);
    private static final String AT = "2026-11-29T20:00:00.5Z";

    private static ListAssert<String> notices(
            Map<String, Object> integrity, boolean overdue, @Nullable String refusal, boolean anchorOverdue) {
        var signing = new HashMap<String, Object>();
        signing.put("current_at", AT);
        signing.put("overdue", overdue);
        signing.put("refusal", refusal);
        signing.put("anchors", List.of(Map.of("name", "file", "current_at", AT, "overdue", anchorOverdue)));
        Map<String, Object> verification = Map.of("integrity", integrity, "completeness", INTACT, "signing", signing);
        return assertThat(TrailNotices.of(verification, new Shown()).stream()
                .map(HomePage.Notice::words)
                .toList());
    }

    @Test
    void aRecentlySignedTrailNeedsNothing() {
        notices(INTACT, false, null, false).isEmpty();
    }

    @Test
    void oldCheckpointsAndAnchorsAreNamed() {
        notices(INTACT, true, null, true)
                .containsExactly(
                        "No checkpoint has covered the end of the audit trail since 2026-11-29 20:00:00 UTC.",
                        "The anchor file has not had the latest checkpoint since 2026-11-29 20:00:00 UTC.");
    }

    @Test
    void aRefusalIsTheReasonForOldCheckpoints() {
        notices(INTACT, true, "a key is not trusted", false)
                .containsExactly("No checkpoint of the audit trail is signed: a key is not trusted");
    }

    @Test
    void aBrokenTrailIsTheReasonForARefusal() {
        notices(Map.of("ok", false, "first_bad_seq", 7, "reason", "cut"), true, "cut", false)
                .containsExactly("The audit trail does not verify, from entry 7 on: cut");
    }
}
