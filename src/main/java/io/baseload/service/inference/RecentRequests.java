package io.baseload.service.inference;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests of this process whose records the database may lose: after a failover to a standby that was behind, its last commits are missing. Those that run, and those that were
 * settled in the last hour, at most 5,000, without texts.
 */
final class RecentRequests {
    private static final int MAX_ENDED = 5_000;
    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();

    private final Map<UUID, Started> running = new ConcurrentHashMap<>();
    private final LinkedHashMap<UUID, Ended> ended = new LinkedHashMap<>(); // guarded by this; the eldest first

    /** @param at when it was reserved, by the database's clock */
    record Started(Intent intent, Instant at) {
        UUID reservation() {
            return intent.reservation().id();
        }
    }

    private record Ended(Started started, Outcome outcome, long at) {}

    void start(Intent intent, Instant at) {
        running.put(intent.reservation().id(), new Started(intent, at));
    }

    /** It is settled. */
    void end(Outcome outcome) {
        var started = running.remove(outcome.reservation().id());
        if (started != null && outcome.state() != Outcome.State.REFUSED) {
            keep(new Started(started.intent().withoutPrompt(), started.at()), outcome.withoutAnswer());
        }
    }

    private synchronized void keep(Started started, Outcome outcome) {
        long now = System.nanoTime();
        ended.put(started.reservation(), new Ended(started, outcome, now));
        while (ended.size() > MAX_ENDED || now - ended.firstEntry().getValue().at() > KEPT_NANOS) {
            ended.pollFirstEntry();
        }
    }

    /** A request that was granted its reservation. */
    Optional<Started> find(UUID reservation) {
        return Optional.ofNullable(running.get(reservation)).or(() -> findEnded(reservation));
    }

    private synchronized Optional<Started> findEnded(UUID reservation) {
        return Optional.ofNullable(ended.get(reservation)).map(Ended::started);
    }

    /** The outcome of a request that was settled. */
    synchronized Optional<Outcome> outcome(UUID reservation) {
        return Optional.ofNullable(ended.get(reservation)).map(Ended::outcome);
    }

    /** The outcomes of those that were settled. */
    synchronized List<Outcome> outcomes() {
        var outcomes = new ArrayList<Outcome>();
        ended.values().forEach(one -> outcomes.add(one.outcome()));
        return outcomes;
    }
}
