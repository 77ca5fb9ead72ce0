package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An owner of the database who lets it take no checkpoints: it shows, and the anchors get them all the same. */
class SuppressedCheckpointsTest {
    private static final String LOCK = "(5121701109862311530)";

    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void sign() {
        var anchor = "--baseload.audit.anchor.file=" + anchor();
        platform.close();
        platform = platform.again(anchor);
        append();
        checkpoints().take();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    /** @param undo makes it take them again */
    private record Refusal(String change, String undo) {}

    @Test
    void whatTheDatabaseRefusesIsAnchoredAndCountsAsUnsigned() throws IOException {
        for (var one : List.of(
                new Refusal(
                        "REVOKE EXECUTE ON FUNCTION audit_checkpoint_append FROM baseload_app",
                        "GRANT EXECUTE ON FUNCTION audit_checkpoint_append TO baseload_app"),
                new Refusal(
                        "REVOKE INSERT ON audit_key FROM baseload_app", "GRANT INSERT ON audit_key TO baseload_app"),
                new Refusal(
                        "ALTER TABLE audit_checkpoint ADD CONSTRAINT faulty CHECK (size < 0) NOT VALID",
                        "ALTER TABLE audit_checkpoint DROP CONSTRAINT faulty"))) {
            Instant current = checkpoints().status().currentAt();
            platform.owner().sql(one.change()).update();
            long size = append();
            for (int i = 0; i < 2; i++) {
                assertThat(checkpoints().take())
                        .hasValueSatisfying(
                                checkpoint -> assertThat(checkpoint.size()).isEqualTo(size));
                var status = checkpoints().status();
                assertThat(status.currentAt()).as(one.change()).isEqualTo(current);
                assertThat(status.refusal()).as(one.change()).isPresent();
                assertThat(status.broken()).as(one.change()).isFalse();
            }
            assertThat(lines(anchor(), size)).as(one.change()).isEqualTo(1);
            assertThat(stored(size)).as(one.change()).isZero();

            platform.owner().sql(one.undo()).update();
            checkpoints().take();
            assertThat(checkpoints().status().refusal()).as(one.undo()).isEmpty();
            assertThat(checkpoints().status().currentAt()).as(one.undo()).isAfter(current);
            assertThat(stored(size)).as(one.undo()).isEqualTo(1);
            assertThat(lines(platform.home().resolve("audit-checkpoints.jsonl"), size))
                    .as(one.undo())
                    .isEqualTo(1);
        }
        assertThat(platform.get(AuditVerifier.class).verify().integrity().reason())
                .isEmpty();
    }

    @Test
    void whileSomebodyHoldsTheLockTheEndCountsAsUnsigned() throws SQLException {
        Instant current = checkpoints().status().currentAt();
        long size = append();
        try (var other = platform.superuserConnection();
                var statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock" + LOCK);
            assertThat(checkpoints().take())
                    .hasValueSatisfying(
                            checkpoint -> assertThat(checkpoint.size()).isLessThan(size));
            assertThat(checkpoints().status().currentAt()).isEqualTo(current);
            assertThat(stored(size)).isZero();
            statement.execute("SELECT pg_advisory_unlock" + LOCK);
        }
        checkpoints().take();
        assertThat(checkpoints().status().currentAt()).isAfter(current);
        assertThat(stored(size)).isEqualTo(1);
    }

    @Test
    void entriesOfADroppedTableAreMissingThoughNothingWasAppended() {
        Instant current = checkpoints().status().currentAt();
        platform.owner().sql("DROP TABLE audit_entry_1").update();
        var integrity = platform.get(AuditVerifier.class).verify().integrity();
        assertThat(integrity.firstBadSeq()).hasValue(1);
        assertThat(integrity.reason()).hasValueSatisfying(why -> assertThat(why).contains("missing"));
        checkpoints().take();
        assertThat(checkpoints().status().broken()).isTrue();
        assertThat(checkpoints().status().currentAt()).isEqualTo(current);
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }

    private Path anchor() {
        return platform.home().resolve("anchor.jsonl");
    }

    private long append() {
        return platform.get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "subject", Map.of());
    }

    private static long lines(Path file, long size) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.contains("\"seq\":" + size + "}"))
                .count();
    }

    private long stored(long size) {
        return platform.superuser()
                .sql("SELECT count(*) FROM audit_checkpoint WHERE size = ?")
                .param(size)
                .query(Long.class)
                .single();
    }
}
