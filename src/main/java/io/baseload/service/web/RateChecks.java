package io.baseload.service.web;

import io.baseload.service.quota.QuotaSnapshot.Room;
import io.baseload.service.tenant.RequestRateExceededException;
import io.baseload.service.tenant.RequestRates;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Counts the requests of limited keys, a few at a time, so that the ledger keeps its database connections. A key that has exceeded its limit is refused without a statement until it
 * has room again, so that its requests take no places from other keys.
 */
final class RateChecks {
    private static final int MAX_COUNTS = 2;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final RequestRates rates;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private final Semaphore slots = new Semaphore(MAX_COUNTS, true);
    private final LruCache<Refusal> refusals = new LruCache<>();

    /** @param patience how long a request waits for a place */
    RateChecks(RequestRates rates, Duration patience, LongSupplier nanoTime) {
        this.rates = rates;
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    private record Refusal(int perMinute, long until) {}

    /**
     * Counts a request.
     *
     * @return the requests that the key has left; {@code reset} says when it has all of them
     * @throws RequestRateExceededException if it exceeds the limit
     * @throws ApiException 503 if too many requests are being counted
     */
    Room count(String keyPrefix, int perMinute) {
        refuse(keyPrefix, perMinute);
        try (var _ = Permit.take(slots, patience, RateChecks::busy)) {
            refuse(keyPrefix, perMinute);
            Duration untilWhole = rates.count(keyPrefix, perMinute);
            Duration free = MINUTE.minus(untilWhole);
            long left = free.dividedBy(MINUTE.dividedBy(perMinute));
            return new Room(perMinute, Math.clamp(left, 0, perMinute), untilWhole);
        } catch (RequestRateExceededException e) {
            long until = nanoTime.getAsLong() + e.retryAfter().toNanos();
            refusals.put(keyPrefix, new Refusal(perMinute, until));
            throw e;
        }
    }

    private void refuse(String keyPrefix, int perMinute) {
        var refusal = refusals.get(keyPrefix).filter(it -> it.perMinute == perMinute);
        long left = refusal.isEmpty() ? 0 : refusal.get().until - nanoTime.getAsLong();
        if (left > 0) {
            throw new RequestRateExceededException(perMinute, Duration.ofNanos(left));
        }
    }

    private static ApiException busy() {
        return ApiException.unavailable(
                "overloaded", "Too many requests of limited keys are being counted now.", Duration.ofSeconds(1));
    }
}
