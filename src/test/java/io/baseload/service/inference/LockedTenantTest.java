package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody has locked rows of one tenant, as while its budgets are being set, and a lock is waited for as long as it takes: the others don't notice. */
class LockedTenantTest {
    private static final String WITHOUT_END = "--spring.datasource.hikari.connection-init-sql=SET lock_timeout = 0";

    private TestPlatform platform;
    private TinyModel model;

    private void start(String reserveWait) {
        platform = TestPlatform.behind(
                TestPlatform.server().port(),
                List.of(
                        WITHOUT_END,
                        "--baseload.quota.reserve-wait=" + reserveWait,
                        "--baseload.quota.settle-wait=" + Patience.LIMIT),
                TinyInference.class);
        model = platform.get(TinyModel.class);
        for (String tenant : List.of("locked", "free")) {
            platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(tenant, List.of(), 1000, 1));
        }
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void itsRequestsWaitAndNobodyElses() throws Exception {
        start(Patience.LIMIT.toString());
        var waiting = new ArrayList<Future<AdmittedRequest>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try (var holder = lock("SELECT FROM tenant WHERE id = 'locked' FOR UPDATE")) {
                for (int i = 0; i < 20; i++) {
                    waiting.add(threads.submit(() -> client("locked").ask(10, 1)));
                }
                Patience.await().until(() -> model.prepared.get() == 20); // the next step is the reservation
                for (int i = 0; i < 20; i++) {
                    client("free").ask(10, 1);
                }
                assertThat(waiting).noneMatch(Future::isDone);
                holder.rollback();
            }
            for (var one : waiting) {
                one.get();
            }
        }
        model.steps.release(40);
        Patience.await().until(() -> outcomes("locked") == 20 && outcomes("free") == 20);
        assertSettled("locked", 220);
        assertSettled("free", 220);
    }

    @Test
    void itsRequestsWithoutABudgetAreRefusedAtOnce() throws Exception {
        start(Patience.LIMIT.toString());
        var tenants = platform.get(Tenants.class);
        var budget = new UsageBudget(Period.MONTH, OptionalLong.of(10), OptionalLong.empty());
        tenants.change(Actor.SYSTEM, "locked", old -> new Tenant("locked", List.of(budget), 1000, 1));
        assertThatThrownBy(() -> reserve("locked", 11)).isInstanceOf(QuotaExceededException.class);
        try (var holder = lock("SELECT FROM tenant WHERE id = 'locked' FOR UPDATE")) {
            assertThatThrownBy(() -> reserve("locked", 11)).isInstanceOf(QuotaExceededException.class);
            holder.rollback();
        }
        reserve("locked", 10);
        assertThatThrownBy(() -> reserve("locked", 1)).isInstanceOf(QuotaExceededException.class);
        assertThat(platform.counted("locked")).containsOnly(new TestPlatform.Counted(0, 10));
    }

    private void reserve(String tenant, int tokens) {
        var id = UUID.randomUUID();
        var instance = platform.get(Membership.class).lease().instance();
        var reservation = new Reservation(id, instance, tenant, "bl_test", "tiny", "req-" + id, false, 1, tokens, 1);
        var _ = platform.get(ReservationLedger.class).reserve(TinyInference.intent(reservation));
    }

    @Test
    void itsRequestsAreRefusedAfterTheTimeThatTheyMayWaitAndOweNothing() throws Exception {
        start("1s");
        try (var holder = lock("SELECT FROM tenant WHERE id = 'locked' FOR UPDATE")) {
            assertThatThrownBy(() -> client("locked").ask(10, 1)).isInstanceOf(LedgerUnavailableException.class);
            holder.rollback();
        }
        Patience.await().ignoreExceptions().until(() -> client("locked").ask(10, 1), Objects::nonNull);
        model.steps.release(1);
        Patience.await().untilAsserted(() -> assertSettled("locked", 11));
    }

    @Test
    void itsAnswersAreSettledLaterAndNobodyElses() throws Exception {
        start(Patience.LIMIT.toString());
        var locked = client("locked");
        locked.ask(10, 5);
        try (var holder = lock("SELECT FROM reservation WHERE tenant = 'locked' FOR UPDATE")) {
            model.steps.release(5);
            Patience.await().until(() -> model.firstTokens.size() == 1); // the next step is the settlement
            for (int i = 0; i < 10; i++) {
                var free = client("free");
                free.ask(10, 5);
                model.steps.release(5);
                assertThat(free.finished().usage()).isEqualTo(new Usage(10, 5));
                assertThat(outcomes("free")).isEqualTo(i + 1);
            }
            assertThat(outcomes("locked")).isZero();
            holder.rollback();
        }
        assertThat(locked.finished().usage()).isEqualTo(new Usage(10, 5));
        assertThat(outcomes("locked")).isEqualTo(1);
        assertSettled("locked", 15);
        assertSettled("free", 150);
    }

    @Test
    void itsAnswersWaitForMoreTokensAndNobodyElses() throws Exception {
        start(Patience.LIMIT.toString());
        var waiting = new ArrayList<Client>();
        var asked = new ArrayList<AdmittedRequest>();
        for (int i = 0; i < 3; i++) { // more than there are threads that ask for tokens
            waiting.add(client("locked"));
            asked.add(waiting.getLast().ask(10, OptionalInt.empty(), 1));
        }
        try (var holder = lock("SELECT FROM reservation WHERE tenant = 'locked' FOR UPDATE")) {
            model.steps.release(10_000);
            Patience.await()
                    .until(() -> asked.stream()
                            .allMatch(it -> it.completion().usage().completion() == TokenLease.STEP));
            var free = client("free");
            free.ask(10, OptionalInt.empty(), 1);
            assertThat(free.finished().usage()).isEqualTo(new Usage(10, 990));
            holder.rollback();
        }
        for (var one : waiting) {
            one.finished();
        }
        assertSettled("free", 1000);
        assertThat(platform.counted("locked"))
                .extracting(TestPlatform.Counted::reserved)
                .containsOnly(0L);
    }

    private Client client(String tenant) {
        return new Client(platform.get(Inference.class), tenant);
    }

    private Connection lock(String rows) throws Exception {
        var holder = platform.superuserConnection();
        holder.setAutoCommit(false);
        holder.createStatement().execute(rows);
        return holder;
    }

    private long outcomes(String tenant) {
        return platform.superuser()
                .sql("SELECT count(*) FROM audit_entry WHERE kind = 'completion.outcome' AND tenant = ?")
                .param(tenant)
                .query(Long.class)
                .single();
    }

    private void assertSettled(String tenant, long tokens) {
        assertThat(platform.counted(tenant)).hasSize(3).containsOnly(new TestPlatform.Counted(tokens, 0));
        assertThat(platform.get(AuditVerifier.class).verify().completeness().ok())
                .isTrue();
    }
}
