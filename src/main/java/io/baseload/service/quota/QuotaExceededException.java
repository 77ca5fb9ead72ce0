package io.baseload.service.quota;

import java.time.Duration;

/** A tenant asked for more than its limits leave. */
public final class QuotaExceededException extends RuntimeException {
    /** Which limit. */
    public enum Limit {
        /** Answers that run at the same time. */
        CONCURRENCY,
        /** Requests in a calendar window. */
        REQUESTS,
        /** Tokens in a calendar window; more room comes with the next window. */
        TOKENS,
        /** The tokens of the month (the longest window) are spent, or the request alone is more than a limit allows: asking again soon is in vain. */
        BUDGET
    }

    private final Limit limit;
    private final Duration retryAfter;

    public QuotaExceededException(Limit limit, String message, Duration retryAfter) {
        super(message);
        this.limit = limit;
        this.retryAfter = retryAfter;
    }

    public Limit limit() {
        return limit;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
