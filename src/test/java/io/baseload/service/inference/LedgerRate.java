package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.Contents;
import io.baseload.service.database.Pipeline;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Measures how many requests a second are admitted (reservation and intent committed), by callers that each wait for theirs, in one process and in three on the same PostgreSQL: run
 * its main method on a quiet machine. The processes are platforms of their own in this JVM.
 */
final class LedgerRate {
    private static final int REQUESTS = 16_000;

    private LedgerRate() {}

    /** @param arguments callers at once, of all processes together; 8 and 64 if none are named */
    public static void main(String[] arguments) throws Exception {
        var callers = arguments.length == 0 ? List.of("8", "64") : List.of(arguments);
        try (var first = TestPlatform.fresh();
                var second = first.beside();
                var third = first.beside()) {
            measure(List.of(first), 8, 1); // warms up
            for (var at : callers) {
                for (var processes : List.of(List.of(first), List.of(first, second, third))) {
                    for (int tenants : new int[] {1, 8}) {
                        double rate = measure(processes, Integer.parseInt(at), tenants);
                        System.out.printf(
                                "%d processes, %s callers, %d tenants: %.0f admissions per second%n",
                                processes.size(), at, tenants, rate);
                    }
                }
            }
        }
    }

    private static double measure(List<TestPlatform> processes, int callers, int tenants) throws Exception {
        var ids = IntStream.range(0, tenants)
                .mapToObj(i -> tenant(processes.getFirst()))
                .toList();
        var ledgers = processes.stream().map(LedgerRate::ledger).toList();
        try (var threads = Executors.newFixedThreadPool(callers)) {
            long begun = System.nanoTime();
            var work = IntStream.range(0, callers)
                    .mapToObj(i ->
                            reservations(ledgers.get(i % ledgers.size()), ids.get(i % tenants), REQUESTS / callers))
                    .toList();
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
            return REQUESTS * 1e9 / (System.nanoTime() - begun);
        } finally {
            ledgers.forEach(ReservationLedger::close);
        }
    }

    private static ReservationLedger ledger(TestPlatform platform) {
        var transactions = new LedgerTransactions(
                platform.get(Quota.class),
                platform.get(Contents.class),
                platform.get(AuditTrail.class),
                platform.get(Pipeline.class),
                platform.get(TransactionOperations.class));
        var patience = new LedgerPatience(Duration.ofSeconds(5), Duration.ofSeconds(1));
        return new ReservationLedger(transactions, patience, () -> {}, new SimpleMeterRegistry());
    }

    private static Callable<Void> reservations(ReservationLedger ledger, String tenant, int count) {
        return () -> {
            for (int i = 0; i < count; i++) {
                var id = UUID.randomUUID();
                var reservation = new Reservation(id, id, tenant, "bl_measure", "tiny", "req-" + id, false, 1, 2, 1);
                var origin = new Origin("req-" + id, "127.0.0.1");
                var _ = ledger.reserve(new Intent(
                        new Actor(reservation.tenant(), reservation.keyPrefix()),
                        reservation,
                        "default",
                        new EndUser(Optional.empty(), Optional.empty()),
                        "tiny-1",
                        origin,
                        Optional.empty(),
                        List.of()));
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
