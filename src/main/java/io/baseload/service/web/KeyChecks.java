package io.baseload.service.web;

import io.baseload.service.audit.Hashes;
import io.baseload.service.tenant.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Looks up keys or tokens so that nobody's cost others anything. One that was valid recently is looked up for each request, so that a revocation takes effect with the next one; but
 * requests that wait for it at the same time share a look-up, and only a few of keys and tokens together run at once, so that the ledger keeps its database connections. All others share two slots, which limits
 * the connections that strangers can use. One that was wrong a moment ago is refused without a look-up, and an address
 * that has sent many wrong ones has to wait. Keys are remembered by their hash, and only a limited number of them.
 */
final class KeyChecks {
    private static final int MAX_STRANGERS = 2;
    private static final long WRONG_NANOS = Duration.ofSeconds(10).toNanos();

    /** As long as for a database connection (spring.datasource.hikari.connection-timeout). */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Function<String, Supplier<Optional<Caller>>> lookUps;
    private final FailedAttempts attempts;
    private final LongSupplier nanoTime;
    private final Semaphore strangers = new Semaphore(MAX_STRANGERS, true);
    private final Semaphore known;
    private final Duration patience;
    private final LruCache<SharedLookUp> right = new LruCache<>();
    private final LruCache<Long> wrong = new LruCache<>();

    /**
     * @param lookUps the look-up of a key or token in the database, after the part that needs none: for that part, known keys and tokens take no place
     * @param known the places of look-ups of keys and tokens that were valid recently
     * @param patience how long a request waits for a place; twice as long for the look-ups of others that it shares, which wait for a connection too
     */
    KeyChecks(
            Function<String, Supplier<Optional<Caller>>> lookUps,
            FailedAttempts attempts,
            Semaphore known,
            Duration patience,
            LongSupplier nanoTime) {
        this.lookUps = lookUps;
        this.attempts = attempts;
        this.known = known;
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    /**
     * The owner of a key or token; empty if it is wrong.
     *
     * @throws ApiException 429 if the address has sent too many wrong ones, 503 if too many unknown ones are being looked up
     */
    Optional<Caller> check(String key, String address) {
        String hash = hash(key);
        var shared = right.get(hash);
        if (shared.isPresent()) {
            Optional<Caller> caller = shared.get().caller(() -> inSlot(known, lookUps.apply(key)));
            if (caller.isEmpty()) {
                right.remove(hash);
            }
            return caller;
        }
        long now = nanoTime.getAsLong();
        if (wrong.get(hash).filter(since -> now - since < WRONG_NANOS).isPresent()) {
            return Optional.empty();
        }
        attempts.refuseTooMany(address);
        Optional<Caller> caller = inSlot(strangers, () -> lookUps.apply(key).get());
        if (caller.isPresent()) {
            right.put(hash, new SharedLookUp(patience.multipliedBy(2)));
        } else {
            wrong.put(hash, now);
            attempts.count(address);
        }
        return caller;
    }

    private Optional<Caller> inSlot(Semaphore slots, Supplier<Optional<Caller>> lookUp) {
        try (var _ = Permit.take(slots, patience, KeyChecks::busy)) {
            return lookUp.get();
        }
    }

    static ApiException busy() {
        return ApiException.unavailable(
                "overloaded", "Too many API keys or tokens are being looked up now.", Duration.ofSeconds(1));
    }

    private static String hash(String key) {
        return HexFormat.of().formatHex(Hashes.sha256().digest(key.getBytes(StandardCharsets.UTF_8)));
    }
}
