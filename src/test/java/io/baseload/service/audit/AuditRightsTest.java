package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestPlatform;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Statements that the database itself refuses. */
class AuditRightsTest {
    private static final int MEGABYTE = 1 << 20;

    private final TestPlatform platform = TestPlatform.shared();

    @BeforeAll
    static void write() {
        TestPlatform.shared().get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "subject", Map.of());
        TestPlatform.shared().get(Checkpoints.class).take();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE audit_entry SET kind = kind",
                "DELETE FROM audit_entry",
                "TRUNCATE audit_entry",
                "UPDATE audit_checkpoint SET size = size",
                "DELETE FROM audit_checkpoint",
                "TRUNCATE audit_checkpoint",
                "DELETE FROM audit_head",
                "TRUNCATE audit_head",
                "TRUNCATE audit_entry_1"
            })
    void triggersRefuseTheOwnerAndTheSuperuserAndTheApplicationHasNotTheRight(String change) {
        for (JdbcClient who : List.of(platform.owner(), platform.superuser(), platform.jdbc())) {
            assertThatThrownBy(() -> who.sql(change).update())
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .hasMessageMatching("(?s).*(append-only|permission denied).*");
        }
    }

    /** As PostgreSQL up to version 14 allows it: everybody may create functions in the schema. Ours must not call them. */
    @Test
    void aFunctionOfTheApplicationsNeverRunsWithTheOwnersRights() {
        TestPlatform attacked;
        try (var first = TestPlatform.fresh()) {
            attacked = first;
            attacked.owner().sql("GRANT CREATE ON SCHEMA public TO PUBLIC").update();
            for (String function : List.of(
                    "to_json(x text) RETURNS text",
                    "to_json(x anyelement) RETURNS text",
                    "sha256(x bytea) RETURNS bytea",
                    "convert_to(x text, y name) RETURNS bytea",
                    "convert_to(x text, y text) RETURNS bytea",
                    "clock_timestamp() RETURNS timestamptz",
                    "split_part(x text, y text, z int) RETURNS text",
                    "format(x text, VARIADIC y text[]) RETURNS text",
                    "concat_ws(x text, VARIADIC y text[]) RETURNS text",
                    "audit_append(x text) RETURNS bigint",
                    "audit_append(a varchar[], b varchar[], c varchar[], d varchar[], e varchar[]) RETURNS bigint",
                    "unnest(x text[]) RETURNS SETOF text",
                    "takes_over(x text, y json) RETURNS text",
                    "takes_over(x bigint, y int) RETURNS bigint",
                    "to_char(x timestamp, y text) RETURNS text")) {
                attacked.jdbc()
                        .sql("CREATE FUNCTION public." + function + " LANGUAGE plpgsql AS $$ BEGIN"
                                + " RAISE EXCEPTION 'taken over by %', current_user; END $$")
                        .update();
            }
            attacked.jdbc()
                    .sql("CREATE OPERATOR public.+ (LEFTARG = bigint, RIGHTARG = int, FUNCTION = public.takes_over)")
                    .update();
            attacked.jdbc()
                    .sql("CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = json, FUNCTION = public.takes_over)")
                    .update();
            attacked.get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "subject", Map.of());
            attacked.get(Checkpoints.class).take();
            assertThat(attacked.get(AuditVerifier.class).verify().integrity().ok())
                    .isTrue();
        }
        try (var next = attacked.again("--baseload.audit.retention=P400D")) { // written by the owner
            assertThat(next.get(AuditVerifier.class).verify().integrity().ok()).isTrue();
            assertThat(next.get(AuditTrail.class)
                            .page(0, Optional.empty(), Optional.of("admin.audit.retention"), 9)
                            .entries())
                    .hasSize(1);
        }
    }

    @Test
    void theCheckpointFunctionRefusesWhatTheTrailIsNot() {
        for (String call : List.of(
                "SELECT audit_checkpoint_append(1000000000, h.hash, 'x' || chr(10) || '1000000000') FROM audit_head h",
                "SELECT audit_checkpoint_append(h.seq, sha256('x'), 'x' || chr(10) || h.seq) FROM audit_head h",
                "SELECT audit_checkpoint_append(h.seq, h.hash, 'x' || chr(10) || h.seq + 1) FROM audit_head h")) {
            assertThatThrownBy(
                            () -> platform.jdbc().sql(call).query(String.class).list())
                    .rootCause()
                    .hasMessageMatching("(?s).*(no entry|is not about).*");
        }
        assertThatThrownBy(() -> platform.jdbc()
                        .sql("SELECT audit_drop_segment(1, sha256('x'), '')::text")
                        .query(String.class)
                        .list())
                .rootCause()
                .hasMessageMatching("(?s).*(query returned no rows|retention).*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r"})
    void anEntryIsOneLine(String end) {
        assertThatThrownBy(() -> append(platform, "admin.test", "{" + end + "}"))
                .rootCause()
                .hasMessageContaining("more than one line");
        assertThatThrownBy(() -> append(platform, "admin.test", "{} " + end))
                .rootCause()
                .hasMessageContaining("more than one line");
    }

    @Test
    void anEntryHasALimit() {
        append(platform, "admin.test", "\"" + "ä".repeat((MEGABYTE - 2) / 2) + "\"");
        append(platform, "k".repeat(1 << 16), "{}");
        for (var larger : List.of(new String[] {"admin.test", "\"" + "ä".repeat(MEGABYTE / 2) + "\""}, new String[] {
            "k".repeat((1 << 16) + 1), "{}"
        })) {
            assertThatThrownBy(() -> append(platform, larger[0], larger[1]))
                    .rootCause()
                    .hasMessageContaining("too large");
        }
        var trail = platform.get(AuditTrail.class);
        var detail = Map.of("ä", "ä".repeat(MEGABYTE / 2));
        assertThatThrownBy(() -> trail.append(Actor.SYSTEM, "admin.test", "subject", detail))
                .isInstanceOf(EntryTooLargeException.class);
    }

    /** Otherwise whoever took over the application could end signing, archiving and sending for ever. */
    @Test
    void anEntryThatIsHardToReadStopsNothing() throws IOException {
        try (var own = TestPlatform.fresh()) {
            for (String detail : List.of(
                    "[".repeat(1500) + "]".repeat(1500), "[" + "9".repeat(1500) + ", 1e999999]", "\"x\"", "null")) {
                append(own, AuditEntry.COMPLETION_INTENT, detail);
                append(own, "admin.test", detail);
            }
            int entries = 8 + 24;
            for (int i = 8; i < entries; i++) {
                append(own, AuditEntry.COMPLETION_INTENT, "\"" + "ä".repeat((MEGABYTE - 2) / 2) + "\"");
            }
            assertThat(own.get(Checkpoints.class).take())
                    .hasValueSatisfying(
                            checkpoint -> assertThat(checkpoint.size()).isEqualTo(entries));
            var trail = own.get(AuditTrail.class);
            assertThat(trail.next(8, entries)).as("in memory at a time").hasSizeBetween(1, 9);
            var page = trail.page(8, Optional.of("acme"), Optional.of("completion."), entries);
            assertThat(page.entries()).hasSizeBetween(1, 9);
            assertThat(page.more()).isTrue();
            assertThat(trail.between(8, Optional.empty(), Optional.empty(), Optional.of("acme"), entries)
                            .entries())
                    .hasSizeBetween(1, 9);
            assertThat(own.get(AuditProofs.class)
                            .inclusion(own.get(AuditProofs.class).entry(30).orElseThrow()))
                    .isPresent();
            assertThat(own.get(AuditVerifier.class).verify().integrity().reason())
                    .isEmpty();
            var export = new ByteArrayOutputStream();
            own.get(AuditExport.class).write(1, entries, export);
            var key = own.get(Checkpoints.class).keys().getFirst().key().text();
            var result = new ExportCheck(List.of(key), List.of())
                    .check(new BufferedReader(new StringReader(export.toString(StandardCharsets.UTF_8))));
            assertThat(result.to()).isEqualTo(entries);
            assertThat(result.checkpoints()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT audit_checkpoint_append(h.seq, h.hash, E'x\\n"
                        + "' || h.seq || E'\\n"
                        + "' || repeat('x', 4096)) FROM audit_head h",
                "INSERT INTO audit_key (key) VALUES (repeat('x', 4097)) RETURNING key"
            })
    void notesAndKeysAreShort(String insertion) {
        append(platform, "admin.test", "{}");
        assertThatThrownBy(
                        () -> platform.jdbc().sql(insertion).query(String.class).list())
                .rootCause()
                .hasMessageContaining("is_short");
    }

    /** Of an intent, its reservation is remembered until its outcome, also by later processes: in a file of the home. */
    @Test
    void anIntentOfALongReservationStopsNoLaterProcess() {
        try (var own = TestPlatform.fresh()) {
            append(own, AuditEntry.COMPLETION_INTENT, "{\"reservation\":\"" + "x".repeat(60_000) + "\"}");
            own.get(Checkpoints.class).take();
            own.close();
            try (var next = own.again()) {
                append(next, "admin.test", "{}");
                assertThat(next.get(Checkpoints.class).take())
                        .hasValueSatisfying(
                                checkpoint -> assertThat(checkpoint.size()).isEqualTo(2));
                assertThat(next.get(AuditVerifier.class).verify().completeness().ok())
                        .isFalse();
            }
        }
    }

    private static void append(TestPlatform platform, String kind, String detail) {
        platform.jdbc()
                .sql("SELECT audit_append(ARRAY[?::text], '{acme}', '{x}', '{y}', ARRAY[?::text])")
                .params(kind, detail)
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO audit_entry SELECT seq + 100, at, kind, tenant, key_prefix, subject, detail,"
                        + " previous_hash, hash FROM audit_entry",
                "UPDATE audit_head SET seq = 3",
                "UPDATE audit_log SET retention = interval '0'",
                "INSERT INTO audit_checkpoint (size, note, previous) VALUES (1000000000, '', '')",
                "INSERT INTO audit_segment (first, last, root, hash, archive) SELECT 1, 1, hash, hash, '' FROM"
                        + " audit_head",
                "SELECT audit_open_segment(5000000, 256)",
                "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
                "DROP TABLE audit_entry",
                "CREATE TABLE anything (id int)",
                "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN"
                        + " NEW; END'",
                "SET ROLE baseload_owner"
            })
    void theApplicationMayNothingElse(String change) {
        assertThatThrownBy(() -> platform.jdbc().sql(change).update())
                .rootCause()
                .hasMessageMatching("(?s).*(permission denied|must be owner).*");
    }
}
