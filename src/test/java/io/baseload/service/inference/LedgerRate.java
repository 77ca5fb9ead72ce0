package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.quota.Claim;
import io.baseload.service.quota.Quota;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.springframework.transaction.support.TransactionOperations;

/** Measures transaction 1 (reservation and intent) over eight connections: run its main method on a quiet machine. */
final class LedgerRate {
    private static final int CONNECTIONS = 8;
    private static final int EACH = 1000;

    private LedgerRate() {}

    public static void main(String[] arguments) throws Exception {
        try (var platform = TestPlatform.fresh()) {
            for (int tenants : new int[] {1, 1, CONNECTIONS}) {
                System.out.printf(
                        "%d tenants: %.0f reservations with intent per second%n", tenants, rate(platform, tenants));
            }
        }
    }

    private static double rate(TestPlatform platform, int tenants) throws Exception {
        var ids = IntStream.range(0, tenants).mapToObj(i -> tenant(platform)).toList();
        var ledger = new Ledger(
                platform.get(Quota.class), platform.get(AuditTrail.class), platform.get(TransactionOperations.class));
        try (var threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            long begun = System.nanoTime();
            var work = IntStream.range(0, CONNECTIONS)
                    .mapToObj(i -> reservations(ledger, ids.get(i % tenants)))
                    .toList();
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
            return CONNECTIONS * EACH * 1e9 / (System.nanoTime() - begun);
        }
    }

    private static Callable<Void> reservations(Ledger ledger, String tenant) {
        return () -> {
            for (int i = 0; i < EACH; i++) {
                var id = UUID.randomUUID();
                var ticket = new Ticket(id, new Actor(tenant, "bl_measure"), "tiny", "req-" + id);
                ledger.open(new Claim(id, id, tenant, "bl_measure", "tiny", "req-" + id, 2, 1), ticket, 1);
            }
            return null;
        };
    }

    private static String tenant(TestPlatform platform) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 1_000_000, 1));
        return id;
    }
}
