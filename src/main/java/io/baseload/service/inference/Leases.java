package io.baseload.service.inference;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the leases of all running questions, those that still wait for the engine too. */
final class Leases {
    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    private final Map<UUID, Funds> running = new ConcurrentHashMap<>();

    Leases(ScheduledExecutorService clock, long leaseNanos) {
        long pause = Math.min(leaseNanos / 4, TimeUnit.SECONDS.toNanos(30));
        var unused = clock.scheduleWithFixedDelay(this::renewAll, pause, pause, TimeUnit.NANOSECONDS);
    }

    void add(UUID reservation, Funds funds) {
        running.put(reservation, funds);
    }

    void remove(UUID reservation) {
        running.remove(reservation);
    }

    private void renewAll() {
        try {
            running.values().forEach(Funds::renew);
        } catch (RuntimeException e) {
            log.warn("Leases are not renewed: {}", e.toString());
        }
    }
}
