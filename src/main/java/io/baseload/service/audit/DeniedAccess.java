package io.baseload.service.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Failed sign-ins and refused requests of keys, for the trail. To keep attackers from flooding it, they are counted and written together, once a minute: one entry for all failed
 * sign-ins and one for each key. A killed process loses those of the last minute, which the log does not have either.
 */
public final class DeniedAccess {
    static final String SIGN_IN_FAILED = "access.sign_in_failed";
    static final String FORBIDDEN = "access.forbidden";
    private static final int MAX_ENTRIES = 100;
    private static final int MAX_NAMED = 10;

    private record Key(String kind, Actor actor) {}

    private final Consumer<List<AuditTrail.NewEntry>> trail;
    private final Lock writing = new ReentrantLock();
    private Map<Key, Tally> tallies = new LinkedHashMap<>();

    /** @param trail appends entries */
    public DeniedAccess(Consumer<List<AuditTrail.NewEntry>> trail) {
        this.trail = trail;
    }

    /** A key was wrong, revoked or expired. */
    public void signInFailed(String address, String requestId) {
        count(SIGN_IN_FAILED, Actor.SYSTEM, "sign-in", address, requestId);
    }

    /**
     * A valid key without the necessary right.
     *
     * @param route method and path
     */
    public void forbidden(Actor actor, String route, String address, String requestId) {
        count(FORBIDDEN, actor, route, address, requestId);
    }

    private synchronized void count(String kind, Actor actor, String subject, String address, String requestId) {
        var key = within(tallies, new Key(kind, actor));
        tallies.computeIfAbsent(key, first -> new Tally(subject, requestId)).add(address);
    }

    /** If there are already too many keys, the others are counted together. */
    private static Key within(Map<Key, Tally> tallies, Key key) {
        return tallies.size() < MAX_ENTRIES || tallies.containsKey(key) ? key : new Key(key.kind, Actor.SYSTEM);
    }

    /** Writes the counts since the last time; counts that can't be written are kept. When this returns, all that was counted before is written, whoever wrote it. */
    public void write() {
        writing.lock();
        try {
            writeCounted();
        } finally {
            writing.unlock();
        }
    }

    private void writeCounted() {
        var counted = take();
        if (counted.isEmpty()) {
            return;
        }
        try {
            trail.accept(entries(counted));
        } catch (RuntimeException e) {
            putBack(counted);
            throw e;
        }
    }

    private synchronized Map<Key, Tally> take() {
        var counted = tallies;
        tallies = new LinkedHashMap<>();
        return counted;
    }

    private synchronized void putBack(Map<Key, Tally> counted) {
        tallies.forEach((key, tally) -> counted.merge(within(counted, key), tally, Tally::plus));
        tallies = counted;
    }

    private static List<AuditTrail.NewEntry> entries(Map<Key, Tally> counted) {
        var entries = new ArrayList<AuditTrail.NewEntry>();
        counted.forEach((key, tally) ->
                entries.add(new AuditTrail.NewEntry(key.actor, key.kind, tally.subject, tally.detail())));
        return entries;
    }

    /** The first few addresses are named, the others only counted. */
    private static final class Tally {
        private final String subject;
        private final String requestId;
        private final Instant since = Instant.now();
        private final Map<String, Long> addresses = new TreeMap<>();
        private long others;

        /** @param requestId the first request's */
        Tally(String subject, String requestId) {
            this.subject = subject;
            this.requestId = requestId;
        }

        void add(String address) {
            add(address, 1);
        }

        private void add(String address, long count) {
            if (addresses.containsKey(address) || addresses.size() < MAX_NAMED) {
                addresses.merge(address, count, Long::sum);
            } else {
                others += count;
            }
        }

        Tally plus(Tally later) {
            later.addresses.forEach(this::add);
            others += later.others;
            return this;
        }

        Map<String, ?> detail() {
            return Map.of(
                    "count", others + sum(addresses.values()),
                    "addresses", addresses,
                    "from_other_addresses", others,
                    "first_request_id", requestId,
                    "since", since.toString());
        }

        private static long sum(Collection<Long> counts) {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }
}
