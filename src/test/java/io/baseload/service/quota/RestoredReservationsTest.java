package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.service.tenant.UsageBudget.Scope;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Reservations that a failover to a standby that was behind has lost, made again on a real PostgreSQL. */
class RestoredReservationsTest {
    private final TestPlatform platform = TestPlatform.shared();
    private final Quota quota = platform.get(Quota.class);
    private final TransactionOperations transactions = platform.get(TransactionOperations.class);

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @Test
    void makesLostReservationsAgainInTheOrderOfLocks() throws Exception {
        var tenants = Stream.of(tenant(), tenant()).sorted().toList();
        var lost = new LinkedHashMap<Reservation, Instant>();
        for (String tenant : tenants.reversed()) {
            reserve(tenant, 100);
            lost.put(wish(tenant, 7), Instant.now());
        }
        try (var holder = platform.superuserConnection();
                var threads = Executors.newFixedThreadPool(1)) {
            holder.setAutoCommit(false);
            String lock = "SELECT FROM quota_window WHERE tenant = '%s' FOR UPDATE NOWAIT";
            holder.createStatement().execute(lock.formatted(tenants.getFirst()));
            var restored = threads.submit(() -> transactions.execute(status -> quota.restore(lost)));
            Patience.await().until(() -> waits());
            holder.createStatement().execute(lock.formatted(tenants.getLast()));
            holder.rollback();
            restored.get();
        }
        assertThat(tenants).allSatisfy(tenant -> assertThat(reserved(tenant)).isEqualTo(107));
    }

    @Test
    void lostReservationsAreMadeAgainBesideThoseThatCreateTheSameWindows() throws Exception {
        var tenant = tenant();
        var before = wish(tenant, 10);
        var ledger = new PatientQuota(platform);
        ledger.reserve(List.of(before));
        ledger.settle(List.of(new Settlement(before.id(), 1, 9, Settlement.State.SETTLED)));
        var now = Instant.now();
        forget(tenant, "period = 'minute'");
        var lost = Map.of(wish(tenant, 7), now);
        try (var reserving = platform.superuserConnection();
                var threads = Executors.newFixedThreadPool(1)) {
            reserving.setAutoCommit(false);
            execute(reserving, "SELECT FROM tenant WHERE id = ? FOR NO KEY UPDATE", tenant);
            execute(reserving, "SELECT FROM quota_window WHERE tenant = ? FOR UPDATE", tenant);
            var restored = threads.submit(() -> transactions.execute(status -> quota.restore(lost)));
            Patience.await().until(() -> restored.isDone() || waits());
            execute(
                    reserving,
                    "INSERT INTO quota_window (tenant, period, starts_at) VALUES (?, 'minute', date_trunc('minute', '"
                            + now + "'::timestamptz, 'UTC'))",
                    tenant);
            reserving.commit();
            assertThat(restored.get()).isEmpty();
        }
        Set<UUID> made = transactions.execute(status -> quota.restore(lost));
        assertThat(made).hasSize(1);
        assertThat(reserved(tenant)).isEqualTo(7);
    }

    @Test
    void lostReservationsCountInBudgetsWhoseWindowsAreLostToo() {
        var budget = new UsageBudget(
                new Scope("", "tiny"),
                Period.DAY,
                OptionalLong.of(100),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0);
        var tenant = tenant(budget);
        forget(tenant, "true");
        transactions.execute(status -> quota.restore(Map.of(wish(tenant, 80), Instant.now())));
        assertThat(reserve(tenant, 21)).isFalse();
        assertThat(reserve(tenant, 20)).isTrue();
        LedgerBooks.agree(platform, tenant, 4);
    }

    @Test
    void aBudgetSetLaterHasNoCounterInAPastWindow() {
        var budget = new UsageBudget(
                new Scope("", "tiny"),
                Period.MINUTE,
                OptionalLong.of(100),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0);
        var tenant = tenant();
        var earlier = Instant.now().minusSeconds(120);
        var first = wish(tenant, 80);
        transactions.execute(status -> quota.restore(Map.of(first, earlier)));
        platform.get(Tenants.class)
                .change(
                        Actor.SYSTEM,
                        tenant,
                        it -> new Tenant(it.id(), List.of(budget), it.maxConcurrent(), it.weight()));
        transactions.execute(status -> quota.restore(Map.of(wish(tenant, 7), earlier)));
        new PatientQuota(platform).settle(List.of(new Settlement(first.id(), 1, 9, Settlement.State.SETTLED)));
        assertThat(reserved(tenant)).isEqualTo(7);
        LedgerBooks.agree(platform, tenant, 3);
    }

    private void forget(String tenant, String windows) {
        platform.superuser()
                .sql("DELETE FROM quota_window WHERE tenant = ? AND " + windows)
                .param(tenant)
                .update();
    }

    private static void execute(Connection connection, String sql, String tenant) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            statement.execute();
        }
    }

    private boolean waits() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND usename = 'baseload_app' AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    private String tenant(UsageBudget... budgets) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(budgets), 9, 1));
        return id;
    }

    private static Reservation wish(String tenant, long tokens) {
        var id = UUID.randomUUID();
        return new Reservation(id, id, tenant, "bl_test", "tiny", "req-1", false, 1, tokens, 1);
    }

    private boolean reserve(String tenant, long tokens) {
        return new PatientQuota(platform).reserve(List.of(wish(tenant, tokens))).getFirst()
                instanceof QuotaDecision.Granted;
    }

    private long reserved(String tenant) {
        return platform.superuser()
                .sql("SELECT reserved FROM quota_window WHERE tenant = ? AND period = 'month'")
                .param(tenant)
                .query(Long.class)
                .single();
    }
}
