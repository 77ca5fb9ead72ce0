package io.baseload.service.tenant;

import java.time.Duration;

/** Counts the requests of keys that are limited per minute. */
@FunctionalInterface
public interface RequestRates {
    /**
     * Counts a request.
     *
     * @return the time until the key may make its whole number at once again, at most a minute
     * @throws RequestRateExceededException if it exceeds the limit; then it is not counted
     */
    Duration count(String keyPrefix, int perMinute);
}
