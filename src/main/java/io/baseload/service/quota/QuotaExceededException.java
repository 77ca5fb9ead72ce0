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
    private final transient QuotaSnapshot quota;

    /** @param quota the tenant's windows without the request: of those that the limit is about the one that decided, else the tightest */
    public QuotaExceededException(Limit limit, String message, Duration retryAfter, QuotaSnapshot quota) {
        super(message);
        this.limit = limit;
        this.retryAfter = retryAfter;
        this.quota = quota;
    }

    public Limit limit() {
        return limit;
    }

    public Duration retryAfter() {
        return retryAfter;
    }

    public QuotaSnapshot quota() {
        return quota;
    }
}
