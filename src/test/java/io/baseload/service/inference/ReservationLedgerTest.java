package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More requests than the database admits. */
class ReservationLedgerTest {
    private static final String TENANT = "crowd";
    private static final int TOKENS = 2;
    private static final int TOO_MANY = 50;

    private final Set<UUID> granted = ConcurrentHashMap.newKeySet();
    private final Set<UUID> refused = ConcurrentHashMap.newKeySet();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private TestPlatform platform;
    private ReservationLedger ledger;

    @BeforeEach
    void start() {
        platform = TestPlatform.fresh(TinyInference.class);
        ledger = platform.get(ReservationLedger.class);
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(TENANT, List.of(), 1_000_000, 1));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void requestsBeyondTheBoundAreRefusedAndReserveNothing() throws Exception {
        int admitted = 1 + ReservationLedger.MAX_WAITING;
        try (var holder = platform.superuserConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement()
                    .execute("SELECT audit_append('{admin.test}', '{default}', '{bl_test}', '{test}', ARRAY['{}'])");
            reserve(); // is being written, and does not wait in the line
            Patience.await().until(this::isHeld);
            for (int i = 0; i < ReservationLedger.MAX_WAITING + TOO_MANY; i++) {
                reserve();
            }
            Patience.await().until(() -> refused.size() == TOO_MANY);
            assertThatThrownBy(() -> new Client(platform.get(Inference.class), TENANT).ask(1, 1))
                    .isInstanceOf(LedgerUnavailableException.class)
                    .hasCauseInstanceOf(RejectedExecutionException.class);
            assertThat(platform.get(TinyModel.class).started).hasValue(0);
            assertThat(granted).isEmpty();
            holder.rollback();
        }
        Patience.await().until(() -> granted.size() == admitted);
        assertThat(failures).isEmpty();
        assertThat(refused).hasSize(TOO_MANY).noneMatch(ledger::knows);
        assertThat(platform.superuser()
                        .sql("SELECT id FROM reservation")
                        .query(UUID.class)
                        .set())
                .isEqualTo(granted);
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM audit_entry WHERE kind = ?")
                        .param(AuditEntry.COMPLETION_INTENT)
                        .query(Integer.class)
                        .single())
                .isEqualTo(admitted);
        assertThat(platform.counted(TENANT))
                .hasSize(3)
                .containsOnly(new TestPlatform.Counted(0, (long) TOKENS * admitted));
    }

    private void reserve() {
        var id = UUID.randomUUID();
        var instance = platform.get(Membership.class).lease().instance();
        var reservation = new Reservation(id, instance, TENANT, "bl_test", "tiny", "req-" + id, false, 1, TOKENS, 1);
        Thread.startVirtualThread(() -> {
            try {
                var _ = ledger.reserve(TinyInference.intent(reservation));
                granted.add(id);
            } catch (LedgerUnavailableException e) {
                refused.add(id);
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
    }

    private boolean isHeld() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND usename = 'baseload_app' AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }
}
