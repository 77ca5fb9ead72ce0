package io.baseload.service.tenant;

/** Counts the requests of keys that may make only so many a minute. */
@FunctionalInterface
public interface RequestRates {
    /**
     * Counts a request.
     *
     * @throws RequestRateExceededException if it is one too many; it is not counted then
     */
    void count(String keyPrefix, int perMinute);
}
