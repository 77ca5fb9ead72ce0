package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database itself refuses. */
class AuditRightsTest {
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
                "UPDATE audit_checkpoint SET seq = seq",
                "DELETE FROM audit_checkpoint",
                "TRUNCATE audit_checkpoint",
                "DELETE FROM audit_head",
                "TRUNCATE audit_head"
            })
    void triggersRefuseTheOwnerAndTheSuperuserAndTheApplicationHasNotTheRight(String change) {
        for (JdbcClient who : List.of(platform.owner(), platform.superuser(), platform.jdbc())) {
            assertThatThrownBy(() -> who.sql(change).update())
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .hasMessageMatching("(?s).*(append-only|permission denied).*");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO audit_entry SELECT seq + 100, at, kind, tenant, key_prefix, subject, detail,"
                        + " previous_hash, hash FROM audit_entry",
                "UPDATE audit_head SET seq = 3",
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
