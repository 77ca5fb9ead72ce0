package io.baseload.service.tenant;

/** Counts the requests of keys that are limited per minute. */
@FunctionalInterface
public interface RequestRates {
    /**
     * Counts a request.
     *
     * @throws RequestRateExceededException if it exceeds the limit; then it is not counted
     */
    void count(String keyPrefix, int perMinute);
}
