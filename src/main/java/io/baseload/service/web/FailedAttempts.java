package io.baseload.service.web;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Wrong keys and tokens, counted by address: an address that sends many has to wait, with one more attempt every two seconds. */
final class FailedAttempts {
    /** Attempts that an address may make at once. */
    static final int MAX_ATTEMPTS = 30;

    private static final long FORGIVEN_NANOS = Duration.ofSeconds(2).toNanos();

    private final LongSupplier nanoTime;

    /** For each address, the time at which all its wrong attempts are forgiven. */
    private final LruCache<Long> debts = new LruCache<>();

    FailedAttempts(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @throws ApiException 429 if the address has sent too many */
    void refuseTooMany(String address) {
        long now = nanoTime.getAsLong();
        long debt = debts.get(address).orElse(now) - now;
        if (debt > (MAX_ATTEMPTS - 1) * FORGIVEN_NANOS) {
            throw ApiException.limited(
                    "requests",
                    "rate_limit_exceeded",
                    "Too many wrong API keys or tokens came from this address.",
                    Duration.ofNanos(FORGIVEN_NANOS));
        }
    }

    /**
     * Counts an attempt before it is known to be wrong, so that many parallel attempts don't bypass the limit.
     *
     * @throws ApiException 429 if the address has sent too many
     */
    synchronized void begin(String address) {
        refuseTooMany(address);
        count(address);
    }

    /** A counted attempt turned out to be right. */
    void forgive(String address) {
        debts.merge(address, nanoTime.getAsLong(), (before, none) -> before - FORGIVEN_NANOS);
    }

    void count(String address) {
        long now = nanoTime.getAsLong();
        debts.merge(address, now + FORGIVEN_NANOS, (before, one) -> Math.max(before, now) + FORGIVEN_NANOS);
    }
}
