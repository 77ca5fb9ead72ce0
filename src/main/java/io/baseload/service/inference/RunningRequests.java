package io.baseload.service.inference;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests that run in this process, those that still wait for the engine too. Tells the ledger now and then how many tokens each has. */
final class RunningRequests {
    private static final Logger log = LoggerFactory.getLogger(RunningRequests.class);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final ReservationLedger ledger;
    private final Map<UUID, TokenLease> running = new ConcurrentHashMap<>();

    RunningRequests(ReservationLedger ledger, Duration leaseTime) {
        this.ledger = ledger;
        long pause = Math.min(leaseTime.toMillis() / 4, MAX_PAUSE.toMillis());
        var unused = ledger.clock().scheduleWithFixedDelay(this::tell, pause, pause, TimeUnit.MILLISECONDS);
    }

    void add(UUID reservation, TokenLease lease) {
        running.put(reservation, lease);
    }

    void remove(UUID reservation) {
        running.remove(reservation);
    }

    private void tell() {
        var tokens = new HashMap<UUID, Long>();
        running.forEach((reservation, lease) -> tokens.put(reservation, lease.completionTokens()));
        try {
            if (!tokens.isEmpty()) {
                ledger.transactions().progress(tokens);
            }
        } catch (RuntimeException e) {
            log.warn("Nobody is told how many tokens the running answers have: {}", e.toString());
        }
    }
}
