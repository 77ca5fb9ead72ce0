package io.baseload.service.quota;

import java.time.Duration;

/** A request needs more than its tenant's limits allow. */
public final class QuotaExceededException extends RuntimeException {
    /** The kind of limit. */
    public enum Limit {
        /** Answers that run at the same time. */
        CONCURRENCY,
        /** Requests in a calendar window. */
        REQUESTS,
        /** Tokens in a calendar window; more room comes with the next window. */
        TOKENS,
        /** The tokens of the month (the longest window) are spent, or the request alone exceeds a limit: retrying soon is useless. */
        BUDGET
    }

    private final Limit limit;
    private final Duration retryAfter;
    private final transient QuotaSnapshot quota;

    /** @param quota the tenant's windows without the request: for the limit in question the window that decided, otherwise the tightest */
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
