package io.baseload.service.tenant;

import java.time.Duration;

/** A key was used more often than allowed. */
public final class RequestRateExceededException extends RuntimeException {
    private final int perMinute;
    private final Duration retryAfter;

    public RequestRateExceededException(int perMinute, Duration retryAfter) {
        super("This key's limit of " + perMinute + " requests per minute is reached.");
        this.perMinute = perMinute;
        this.retryAfter = retryAfter;
    }

    public int perMinute() {
        return perMinute;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
