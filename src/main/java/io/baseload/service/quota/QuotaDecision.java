package io.baseload.service.quota;

/** What becomes of a reservation that is asked for. */
public sealed interface QuotaDecision {

    /** The tokens are reserved. */
    record Granted(QuotaSnapshot quota) implements QuotaDecision {}

    /**
     * Nothing is reserved.
     *
     * @param reason a {@link QuotaExceededException}, or that there is no such tenant
     */
    record Refused(RuntimeException reason) implements QuotaDecision {}
}
