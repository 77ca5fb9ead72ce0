package io.baseload.service.registry;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The homes in which this process has seen no process for ten minutes: homes of containers don't return. The database's own times don't tell, because after an outage they are old for living
 * processes too.
 */
final class AbsentHomes {
    private static final long PATIENCE = Duration.ofMinutes(10).toNanos();

    /** After a longer pause, such as an outage, the ten minutes start again: others may need a moment to return. */
    private static final long MAX_PAUSE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<UUID, Long> since = new HashMap<>();
    private long looked;

    AbsentHomes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.looked = nanoTime.getAsLong();
    }

    /**
     * Looks once.
     *
     * @param absent the homes without a process now
     * @return those of them that are gone
     */
    synchronized List<UUID> gone(Collection<UUID> absent) {
        long now = nanoTime.getAsLong();
        if (now - looked > MAX_PAUSE) {
            since.clear();
        }
        looked = now;
        since.keySet().retainAll(absent);
        absent.forEach(home -> since.putIfAbsent(home, now));
        return since.entrySet().stream()
                .filter(entry -> now - entry.getValue() >= PATIENCE)
                .map(Map.Entry::getKey)
                .toList();
    }
}
