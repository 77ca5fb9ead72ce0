package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks keys up so that wrong ones cost others nothing. A key that was right lately is looked up at once: each time, so that a revocation holds from the next request
 * on. All others share two places, which is as many of the database's connections as strangers get; a key that was wrong a moment ago is refused without a look, and an
 * address that has sent many wrong keys has to wait. Keys are remembered by their hash, and only so many of them.
 */
final class KeyChecks {
    private static final int REMEMBERED = 10_000;
    private static final int STRANGERS_AT_ONCE = 2;
    private static final long WRONG_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long PATIENCE_MILLIS = 3_000;

    /** Wrong keys that an address may send at once, and for how long each of them counts. */
    static final int WRONG_KEYS = 30;

    private static final long FORGIVEN_NANOS = Duration.ofSeconds(2).toNanos();

    private final Authenticator authenticator;
    private final LongSupplier nanoTime;
    private final Semaphore strangers = new Semaphore(STRANGERS_AT_ONCE, true);
    private final Map<String, Boolean> right = lately();
    private final Map<String, Long> wrong = lately();

    /** For each address the moment at which all its wrong keys are forgiven. */
    private final Map<String, Long> debts = lately();

    KeyChecks(Authenticator authenticator, LongSupplier nanoTime) {
        this.authenticator = authenticator;
        this.nanoTime = nanoTime;
    }

    private static <V> Map<String, V> lately() {
        return Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        });
    }

    /**
     * Whose key it is; empty if it is wrong.
     *
     * @throws ApiException 429 if the address has sent too many wrong keys, 503 if too many unknown keys are being looked up
     */
    Optional<Caller> check(String key, String address) {
        String hash = hash(key);
        if (right.containsKey(hash)) {
            Optional<Caller> caller = authenticator.authenticate(key);
            if (caller.isEmpty()) {
                right.remove(hash);
            }
            return caller;
        }
        long now = nanoTime.getAsLong();
        Long since = wrong.get(hash);
        if (since != null && now - since < WRONG_NANOS) {
            return Optional.empty();
        }
        refuseTooMany(address, now);
        Optional<Caller> caller = lookUp(key);
        if (caller.isPresent()) {
            right.put(hash, true);
        } else {
            wrong.put(hash, now);
            debts.merge(address, now + FORGIVEN_NANOS, (before, one) -> Math.max(before, now) + FORGIVEN_NANOS);
        }
        return caller;
    }

    private void refuseTooMany(String address, long now) {
        long debt = debts.getOrDefault(address, now) - now;
        if (debt > (WRONG_KEYS - 1) * FORGIVEN_NANOS) {
            throw ApiException.limited(
                    "requests",
                    "rate_limit_exceeded",
                    "Too many wrong API keys came from this address.",
                    Duration.ofNanos(FORGIVEN_NANOS));
        }
    }

    private Optional<Caller> lookUp(String key) {
        try {
            if (!strangers.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return authenticator.authenticate(key);
        } finally {
            strangers.release();
        }
    }

    private static ApiException busy() {
        return ApiException.unavailable(
                "overloaded", "Too many unknown API keys are being looked up now.", Duration.ofSeconds(1));
    }

    private static String hash(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
