package io.baseload.service.inference;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what nobody else will: at the start the questions that an earlier run of the service left open (there is one replica, so that it is gone), later those
 * whose lease is over.
 */
final class Sweeper {
    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final int AT_ONCE = 500;
    private static final int PAUSE_SECONDS = 30;

    private final Ledger ledger;
    private final UUID process;

    Sweeper(Ledger ledger, UUID process) {
        this.ledger = ledger;
        this.process = process;
    }

    void start(ScheduledExecutorService clock) {
        sweep(false);
        var unused = clock.scheduleWithFixedDelay(this::sweepExpired, PAUSE_SECONDS, PAUSE_SECONDS, TimeUnit.SECONDS);
    }

    void sweep(boolean onlyExpired) {
        List<UUID> found;
        do {
            found = ledger.abandoned(process, onlyExpired, AT_ONCE);
            found.forEach(ledger::lose);
            if (!found.isEmpty()) {
                log.warn("{} requests were lost: settled with what is known of them", found.size());
            }
        } while (found.size() == AT_ONCE);
    }

    private void sweepExpired() {
        try {
            sweep(true);
            ledger.prune();
        } catch (RuntimeException e) {
            log.warn("Nothing is swept now: {}", e.toString());
        }
    }
}
