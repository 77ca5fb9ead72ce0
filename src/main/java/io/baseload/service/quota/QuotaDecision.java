package io.baseload.service.quota;

import java.time.Instant;
import java.util.List;

/** The decision on a requested reservation. */
public sealed interface QuotaDecision {

    /**
     * The tokens are reserved.
     *
     * @param at the time of the reservation, which identifies its windows
     * @param passed soft limits exceeded for the first time in their window
     */
    record Granted(Instant at, QuotaSnapshot quota, List<SoftLimit> passed) implements QuotaDecision {}

    /**
     * Nothing is reserved.
     *
     * @param reason a {@link QuotaExceededException}, or that there is no such tenant
     */
    record Refused(RuntimeException reason) implements QuotaDecision {}
}
