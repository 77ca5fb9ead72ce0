package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.database.LongReads;
import io.baseload.service.database.StatementLimit;
import io.baseload.service.database.StatementTooLongException;
import io.baseload.testing.QueryPlans;
import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.support.TransactionOperations;

/** The guarantees of the trail against somebody with all rights in the database. */
class AuditTrailTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");

    private final TestPlatform platform = TestPlatform.fresh();
    private final AuditTrail trail = platform.get(AuditTrail.class);
    private final Checkpoints checkpoints = platform.get(Checkpoints.class);

    @BeforeEach
    void write() {
        IntStream.rangeClosed(1, 10).forEach(i -> trail.append(ACTOR, "admin.test", "subject/" + i, Map.of("i", i)));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void anUntouchedTrailVerifies() {
        var verification = verify();
        assertThat(verification.integrity().ok()).isTrue();
        assertThat(verification.integrity().firstBadSeq()).isEmpty();
        assertThat(verification.entries()).isEqualTo(10);
        assertThat(verification.completeness()).isEqualTo(new Verification.Completeness(true, List.of()));
    }

    @Test
    void anEntryIsWhatWasRecordedWhateverItsText() {
        var strange = "\"quoted\" \\ \t\n\r\b\f\u001f\u007f ä € 𝄞 \u2028 </script>";
        trail.append(new Actor("acme", strange), "admin.test", strange, Map.of("b", List.of(1, true), "a", strange));
        var entry =
                trail.page(10, Optional.empty(), Optional.empty(), 10).entries().getFirst();
        assertThat(entry.subject()).isEqualTo(strange);
        assertThat(entry.actor().keyPrefix()).isEqualTo(strange);
        assertThat(entry.detail()).startsWith("{\"a\":").endsWith("\"b\":[1,true]}");
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void pagesByTenantAndKind() {
        trail.append(new Actor("other", ""), "completion.intent", "r", Map.of("reservation", "x"));
        assertThat(page(3, Optional.empty(), Optional.empty(), 2)).containsExactly(4L, 5L);
        assertThat(page(0, Optional.of("other"), Optional.empty(), 5)).containsExactly(11L);
        assertThat(page(0, Optional.empty(), Optional.of("completion.intent"), 5))
                .containsExactly(11L);
        assertThat(page(8, Optional.empty(), Optional.of("admin."), 5)).containsExactly(9L, 10L);
        assertThat(page(0, Optional.empty(), Optional.of("admin"), 5)).isEmpty();
        assertThat(page(0, Optional.empty(), Optional.of("admin.test."), 5)).isEmpty();
        assertThat(page(0, Optional.of("other"), Optional.of("admin."), 5)).isEmpty();
        assertThat(page(0, Optional.of("acme"), Optional.of("admin.test"), 1)).containsExactly(1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access.sign_in", "access.", "admin.prices.x"})
    void aRareKindIsFoundByItsIndex(String kind) {
        platform.owner()
                .sql("SELECT audit_append(array_fill('completion.intent'::text, n), array_fill('acme'::text, n),"
                        + " array_fill('bl_12345678'::text, n), array_fill('r'::text, n), array_fill('{}'::text, n))"
                        + " FROM (VALUES (ARRAY[2000])) size(n)")
                .query(Long.class)
                .single();
        trail.append(ACTOR, "access.sign_in", "console", Map.of());
        platform.superuser().sql("ANALYZE audit_entry").update();
        var statement = TrailRows.page(AuditTrail.condition(Optional.empty(), Optional.of(kind)));
        var values =
                Map.of("after", "0", "kind", "'" + kind + "'", "end", "'" + AuditTrail.end(kind) + "'", "limit", "101");
        var reads = new LongReads(platform.jdbc(), platform.get(TransactionOperations.class), AuditTrail.LIMIT);
        var plan = reads.read(() -> QueryPlans.of(platform, statement, values));
        assertThat(plan).as("%s", plan).anyMatch(line -> line.matches(" *Index Cond: .*kind.*"));
    }

    @Test
    void aLongReadEnds() {
        platform.superuser()
                .sql("CREATE FUNCTION readable(kind text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                        + " PERFORM pg_sleep(36000); RETURN true; END $$")
                .update();
        platform.superuser()
                .sql("ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY")
                .update();
        platform.superuser()
                .sql("CREATE POLICY readable ON audit_entry USING (readable(kind))")
                .update();
        var soon = new StatementLimit(Duration.ofSeconds(1), AuditTrail.LIMIT.field(), AuditTrail.LIMIT.advice());
        var reads = new LongReads(platform.jdbc(), platform.get(TransactionOperations.class), soon);
        var slow = new AuditTrail(platform.jdbc(), reads);
        assertEnds(
                () -> slow.page(0, Optional.empty(), Optional.of("admin."), 10).entries());
        assertEnds(() -> slow.between(0, Optional.empty(), Optional.empty(), Optional.of("acme"), 10));
        platform.superuser()
                .sql("ALTER TABLE audit_entry DISABLE ROW LEVEL SECURITY")
                .update(); // the last checkpoint is read
    }

    private static void assertEnds(ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        StatementTooLongException.class,
                        e -> assertThat(e.field()).isEqualTo("after"));
    }

    @Test
    void anAppendFallsWithItsTransaction() {
        platform.get(TransactionOperations.class).executeWithoutResult(status -> {
            trail.append(ACTOR, "admin.test", "never", Map.of());
            status.setRollbackOnly();
        });
        assertThat(trail.append(ACTOR, "admin.test", "next", Map.of())).isEqualTo(11);
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void aChangeIsFound() {
        platform.superuser()
                .sql("CREATE TABLE copy AS SELECT * FROM audit_entry")
                .update();
        for (String change : List.of(
                "UPDATE audit_entry SET detail = '{\"i\":50}' WHERE seq = 5",
                "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE seq = 5",
                "UPDATE audit_entry SET tenant = 'other' WHERE seq = 5",
                "UPDATE audit_entry SET kind = 'admin.other' WHERE seq = 5",
                "UPDATE audit_entry SET subject = 'other' WHERE seq = 5",
                "UPDATE audit_entry SET key_prefix = '' WHERE seq = 5",
                "UPDATE audit_entry SET hash = sha256('x') WHERE seq = 5",
                "DELETE FROM audit_entry WHERE seq = 5")) {
            tamper(change);
            assertThat(verify().integrity().firstBadSeq()).as(change).hasValue(5);
            tamper("DELETE FROM audit_entry; INSERT INTO audit_entry SELECT * FROM copy");
            assertThat(verify().integrity().ok()).isTrue();
        }
    }

    @Test
    void anExchangedPairIsFound() {
        tamper("UPDATE audit_entry SET seq = CASE seq WHEN 5 THEN 500006 WHEN 6 THEN 500005 END WHERE seq IN (5, 6)");
        tamper("UPDATE audit_entry SET seq = seq - 500000 WHERE seq > 500000");
        assertThat(verify().integrity().firstBadSeq()).hasValue(5);
    }

    @Test
    void aCutTailIsFoundEvenIfTheHeadWasSetBack() {
        checkpoints.take();
        tamper("DELETE FROM audit_entry WHERE seq > 7");
        assertThat(verify().integrity().firstBadSeq()).hasValue(8);
        tamper("UPDATE audit_head SET seq = 7, hash = (SELECT hash FROM audit_entry WHERE seq = 7)");
        tamper("DELETE FROM audit_checkpoint");
        assertThat(verify().integrity().firstBadSeq()).hasValue(8);
    }

    @Test
    void anEmptiedTrailIsFound() {
        checkpoints.take();
        tamper("DELETE FROM audit_entry");
        tamper("UPDATE audit_head SET seq = 0, hash = decode(repeat('00', 32), 'hex')");
        assertThat(verify().integrity().firstBadSeq()).hasValue(1);
    }

    @Test
    void aRecomputedChainContradictsTheCheckpoint() {
        checkpoints.take();
        tamper("DELETE FROM audit_entry WHERE seq > 7");
        tamper("UPDATE audit_head SET seq = 7, hash = (SELECT hash FROM audit_entry WHERE seq = 7)");
        IntStream.rangeClosed(8, 12).forEach(i -> trail.append(ACTOR, "admin.test", "forged/" + i, Map.of()));
        assertThat(verify().integrity().firstBadSeq()).hasValue(10);
    }

    @Test
    void onlyItsOwnerReadsTheSigningKey() throws IOException {
        var permissions = Files.getPosixFilePermissions(platform.home().resolve("audit-key.pem"));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    @Test
    void anIntentWithoutOutcomeIsNamed() {
        var answered = UUID.randomUUID().toString();
        trail.append(ACTOR, AuditEntry.COMPLETION_INTENT, "r1", Map.of("reservation", answered));
        trail.append(
                ACTOR,
                AuditEntry.COMPLETION_INTENT,
                "r2",
                Map.of("reservation", UUID.randomUUID().toString()));
        trail.append(ACTOR, AuditEntry.COMPLETION_OUTCOME, "r1", Map.of("reservation", answered));
        assertThat(verify().completeness()).isEqualTo(new Verification.Completeness(false, List.of(12L)));
    }

    @Test
    void aSecondOutcomeSpoilsCompletenessButACorrectionDoesNot() {
        var detail = Map.of("reservation", "a");
        trail.append(ACTOR, AuditEntry.COMPLETION_INTENT, "r", detail);
        trail.append(ACTOR, AuditEntry.COMPLETION_OUTCOME, "r", detail);
        trail.append(ACTOR, AuditEntry.COMPLETION_OUTCOME, "r", Map.of("reservation", "a", "correction", true));
        assertThat(verify().completeness().ok()).isTrue();
        trail.append(ACTOR, AuditEntry.COMPLETION_OUTCOME, "r", detail);
        assertThat(verify().completeness().ok()).isFalse();
    }

    private Verification verify() {
        return platform.get(AuditVerifier.class).verify();
    }

    private List<Long> page(long after, Optional<String> tenant, Optional<String> kind, int limit) {
        return trail.page(after, tenant, kind, limit).entries().stream()
                .map(AuditEntry::seq)
                .toList();
    }

    /** With the triggers off, as a superuser can. */
    private void tamper(String change) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $do$")
                .update();
    }
}
