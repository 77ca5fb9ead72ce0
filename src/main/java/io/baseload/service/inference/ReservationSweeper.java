package io.baseload.service.inference;

import io.baseload.service.cluster.Instances;
import io.baseload.service.cluster.Membership;
import io.baseload.service.database.Schedule;
import io.baseload.service.quota.Quota;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles requests that nobody else will: those of processes without a lease, as lost; and those of this process that never started because the response to the commit was lost.
 * Each process sweeps; rows locked by another one are left to it.
 */
final class ReservationSweeper {
    private static final Logger log = LoggerFactory.getLogger(ReservationSweeper.class);
    private static final int MAX_ROWS = 200;
    private static final Duration MAX_PAUSE = Duration.ofSeconds(15);
    private static final Duration UNKNOWN_FOR = Duration.ofMinutes(1);

    private final ReservationLedger ledger;
    private final Quota quota;
    private final Membership membership;
    private final Instances instances;
    private final Optional<Duration> retention;

    /** @param retention how long reservations are kept; empty = for ever */
    ReservationSweeper(
            ReservationLedger ledger,
            Quota quota,
            Membership membership,
            Instances instances,
            Optional<Duration> retention) {
        this.ledger = ledger;
        this.quota = quota;
        this.membership = membership;
        this.instances = instances;
        this.retention = retention;
    }

    /** When this returns, everything that an earlier run in this home left open is settled. */
    void start() {
        quota.partition();
        sweep();
        Duration often = membership.leaseTime().dividedBy(4);
        every(often.compareTo(MAX_PAUSE) < 0 ? often : MAX_PAUSE, "Lost requests can't be settled now", this::sweep);
        // soon after a clock is corrected, or a machine wakes up in another month
        every(Duration.ofMinutes(1), "The next months can't be made now", quota::partition);
        // not at the start: a clock that was wrong at boot is corrected by then
        retention.ifPresent(
                age -> every(Duration.ofHours(1), "Old months can't be dropped now", () -> quota.dropMonths(age)));
    }

    private void sweep() {
        instances.expire();
        int found;
        do {
            found = ledger.transactions().lose(MAX_ROWS);
            if (found > 0) {
                log.warn("{} requests were lost, and are settled with the tokens that they reported", found);
            }
        } while (found == MAX_ROWS);
        quota.open(membership.lease().instance(), UNKNOWN_FOR).stream()
                .filter(reservation -> !ledger.knows(reservation.id()))
                .forEach(ledger::settleUnheld);
        quota.prune();
    }

    private void every(Duration pause, String failure, Runnable work) {
        Runnable attempt = () -> Schedule.attempt(failure, work);
        var unused = ledger.clock()
                .scheduleWithFixedDelay(attempt, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
}
