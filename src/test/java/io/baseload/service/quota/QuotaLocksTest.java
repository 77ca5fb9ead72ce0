package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.transaction.support.TransactionOperations;

/** Rows are locked in the order of their keys, and counters only with their tenant. */
class QuotaLocksTest {
    private final TestPlatform platform = TestPlatform.fresh();
    private final Quota quota = platform.get(Quota.class);
    private final TransactionOperations transactions = platform.get(TransactionOperations.class);

    @AfterEach
    void stop() {
        platform.close();
    }

    /** Its counters come before those that are locked already: who has locked some of them may wait for one of these. */
    @Test
    void aTenantThatBecomesFreeWhileCountersAreMadeIsLeftAlone() throws Exception {
        tenant("a");
        tenant("b");
        new PatientQuota(platform).reserve(List.of(wish("a")));
        try (var thread = Executors.newSingleThreadExecutor();
                var holder = platform.superuserConnection()) {
            holder.setAutoCommit(false);
            execute(holder, "SELECT FROM tenant WHERE id = 'a' FOR UPDATE");
            execute(holder, "LOCK TABLE quota_window IN SHARE MODE"); // counters can be locked, not made
            var free = thread.submit(() -> transactions.execute(status -> {
                var decisions = quota.reserve(List.of(wish("a"), wish("b")), new ArrayList<>());
                assertThat(decisions.getFirst()).isEmpty();
                assertThat(decisions.getLast())
                        .hasValueSatisfying(decision -> assertThat(decision).isInstanceOf(QuotaDecision.Granted.class));
                return free();
            }));
            int pid = holder.unwrap(PGConnection.class).getBackendPID();
            Patience.await().until(() -> isAwaited(pid));
            holder.rollback();
            assertThat(free.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .containsExactlyInAnyOrder("tenant a", "day of a", "minute of a", "month of a");
        }
    }

    /** Rows that nobody has locked. */
    private List<String> free() {
        return platform.superuser().sql("""
            SELECT 'tenant ' || id FROM (SELECT id FROM tenant WHERE id IN ('a', 'b') FOR UPDATE SKIP LOCKED) t
            UNION ALL SELECT period || ' of ' || tenant FROM (SELECT period, tenant FROM quota_window FOR UPDATE SKIP LOCKED) q\
            """).query(String.class).list();
    }

    /** Whether a session that makes counters waits for the holder. */
    private boolean isAwaited(int holder) {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%quota_window%' AND"
                        + " ? = ANY (pg_blocking_pids(pid)))")
                .param(holder)
                .query(Boolean.class)
                .single();
    }

    private void tenant(String id) {
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 10, 1));
    }

    private static Reservation wish(String tenant) {
        return new Reservation(
                UUID.randomUUID(), UUID.randomUUID(), tenant, "bl_test", "tiny", "req-1", false, 1, 10, 1);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
