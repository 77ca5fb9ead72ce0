package io.baseload.service.web;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Wrong keys and tokens, counted by the address that they come from: who sends many has to wait, one more each two seconds. */
final class Guesses {
    /** What an address may send at once. */
    static final int ALLOWED = 30;

    private static final long FORGIVEN_NANOS = Duration.ofSeconds(2).toNanos();

    private final LongSupplier nanoTime;

    /** For each address the moment at which all its wrong ones are forgiven. */
    private final Recent<Long> debts = new Recent<>();

    Guesses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** @throws ApiException 429 if the address has sent too many */
    void refuseTooMany(String address) {
        long now = nanoTime.getAsLong();
        long debt = debts.get(address).orElse(now) - now;
        if (debt > (ALLOWED - 1) * FORGIVEN_NANOS) {
            throw ApiException.limited(
                    "requests",
                    "rate_limit_exceeded",
                    "Too many wrong API keys or tokens came from this address.",
                    Duration.ofNanos(FORGIVEN_NANOS));
        }
    }

    void count(String address) {
        long now = nanoTime.getAsLong();
        debts.merge(address, now + FORGIVEN_NANOS, (before, one) -> Math.max(before, now) + FORGIVEN_NANOS);
    }
}
