package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.cluster.Membership;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionOperations;

/** A database that is there and doesn't write: after a failover, or behind somebody's lock. */
class FailoverTest {
    private TestPlatform platform;
    private TinyModel model;
    private Client client;
    private Membership membership;

    @BeforeEach
    void start() {
        platform = TestPlatform.behind(TestPlatform.server().port(), List.of(), TinyInference.class);
        model = platform.get(TinyModel.class);
        client = new Client(platform.get(Inference.class), "default");
        membership = platform.get(Membership.class);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aReadOnlyServerRefusesNewRequestsAndSettlesRunningOnesLater() throws Exception {
        client.ask(10, 50);
        var before = sessions();
        readOnly(true);
        try {
            assertThatThrownBy(() -> client.ask(1, 1)).isInstanceOf(LedgerUnavailableException.class);
            model.steps.release(50);
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 50));
            Patience.await().until(() -> !membership.writes());
        } finally {
            readOnly(false);
        }
        Patience.await().until(membership::writes);
        Patience.await().until(() -> outcomes("done") == 1);
        assertThat(sessions().containsAll(before))
                .as("the pool keeps what led to a server that does not write")
                .isFalse();
        assertThat(platform.counted("default")).hasSize(3).containsOnly(new TestPlatform.Counted(60, 0));
        assertThat(outcomes("lost")).isZero();
        assertThat(platform.get(AuditVerifier.class).verify().completeness().ok())
                .isTrue();
    }

    @Test
    void aLockOnTheTrailsEndMakesNobodyWaitLong() throws Exception {
        client.ask(10, 5);
        try (var holder = holdTheEndOfTheTrail()) {
            model.steps.release(5);
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 5));
            assertThatThrownBy(() -> client.ask(1, 1)).isInstanceOf(LedgerUnavailableException.class);
            Patience.await().until(() -> !membership.writes());
            holder.rollback(); // which it held until here
        }
        Patience.await().until(membership::writes);
        Patience.await().until(() -> outcomes("done") == 1);
        assertThat(outcomes("lost")).isZero();
    }

    /** The service knows that it can't start requests, says so, and finds out by itself when it can again. */
    @ParameterizedTest
    @CsvSource({
        "REVOKE EXECUTE ON FUNCTION audit_append FROM baseload_app, GRANT EXECUTE ON FUNCTION audit_append TO"
                + " baseload_app",
        "ALTER TABLE audit_entry RENAME TO away, ALTER TABLE away RENAME TO audit_entry"
    })
    void anIntentThatCanNotBeWrittenMakesTheLedgerUnavailable(String broken, String mended) throws Exception {
        platform.owner().sql(broken).update();
        assertThatThrownBy(() -> client.ask(1, 1)).isInstanceOf(LedgerUnavailableException.class);
        assertThat(model.started).hasValue(0);
        Patience.await().until(() -> !membership.writes());
        platform.owner().sql(mended).update();
        Patience.await().until(membership::writes);
        client.ask(10, 5);
        model.steps.release(5);
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 5));
        assertThat(platform.get(AuditVerifier.class).verify().integrity().ok()).isTrue();
    }

    /** A retry would never succeed. */
    @Test
    void anEntryThatTheDatabaseRefusesIsNoOutage() {
        platform.owner()
                .sql("ALTER TABLE audit_entry ADD CONSTRAINT faulty CHECK (kind <> 'completion.intent') NOT VALID")
                .update();
        assertThatThrownBy(() -> client.ask(1, 1)).isInstanceOf(DataIntegrityViolationException.class);
        assertThat(model.started).hasValue(0);
    }

    /** Not for locks, not for a session that idles in a transaction, and not for a client that is gone. */
    @ParameterizedTest
    @CsvSource({
        "lock_timeout, 2s",
        "idle_in_transaction_session_timeout, 10s",
        "tcp_keepalives_idle, 10",
        "tcp_keepalives_interval, 5",
        "tcp_keepalives_count, 3",
        "tcp_user_timeout, 20000"
    })
    void nothingWaitsForOneSessionWithoutEnd(String setting, String value) {
        assertThat(platform.jdbc().sql("SHOW " + setting).query(String.class).single())
                .isEqualTo(value);
    }

    @Test
    void aSessionThatIdledInATransactionIsGoneWithItsLocks() throws Exception {
        assertThatThrownBy(() -> platform.get(TransactionOperations.class).executeWithoutResult(status -> {
                    platform.jdbc()
                            .sql("SET LOCAL idle_in_transaction_session_timeout = '1ms'")
                            .update();
                    int session = platform.jdbc()
                            .sql("SELECT pg_backend_pid() FROM tenant FOR UPDATE")
                            .query(Integer.class)
                            .list()
                            .getFirst();
                    Patience.await().until(() -> !sessions().contains(session));
                    platform.jdbc().sql("SELECT 1").query(Integer.class).single();
                }))
                .matches(DatabaseFailures::isUnavailable);
        client.ask(10, 5);
        model.steps.release(5);
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 5));
    }

    private Connection holdTheEndOfTheTrail() throws Exception {
        var holder = platform.superuserConnection();
        holder.setAutoCommit(false);
        holder.createStatement()
                .execute("SELECT audit_append('{admin.test}', '{default}', '{bl_test}', '{test}', ARRAY['{}'])");
        return holder;
    }

    private void readOnly(boolean on) throws InterruptedException {
        platform.superuser()
                .sql("ALTER SYSTEM SET default_transaction_read_only = " + (on ? "on" : "off"))
                .update();
        platform.superuser().sql("SELECT pg_reload_conf()").query(Boolean.class).single();
        var wanted = on ? "on" : "off";
        Patience.await()
                .until(() -> platform.superuser()
                        .sql("SHOW default_transaction_read_only")
                        .query(String.class)
                        .single()
                        .equals(wanted));
    }

    private long outcomes(String state) {
        return platform.superuser()
                .sql("SELECT count(*) FROM audit_entry WHERE kind = 'completion.outcome' AND detail ->> 'state' = ?")
                .param(state)
                .query(Long.class)
                .single();
    }

    private List<Integer> sessions() {
        return platform.superuser()
                .sql("SELECT pid FROM pg_stat_activity WHERE usename = 'baseload_app' AND datname ="
                        + " current_database() ORDER BY pid")
                .query(Integer.class)
                .list();
    }
}
