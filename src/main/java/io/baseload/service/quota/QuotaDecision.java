package io.baseload.service.quota;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The decision on a requested reservation. */
public sealed interface QuotaDecision {

    /**
     * The tokens are reserved.
     *
     * @param at the time of the reservation, which identifies its windows
     * @param passed soft limits exceeded for the first time in their window
     * @param maxWait how long the tenant lets its requests wait; empty = the service's setting
     */
    record Granted(Instant at, QuotaSnapshot quota, List<SoftLimit> passed, Optional<Duration> maxWait)
            implements QuotaDecision {}

    /**
     * Nothing is reserved.
     *
     * @param reason a {@link QuotaExceededException}, or that there is no such tenant
     */
    record Refused(RuntimeException reason) implements QuotaDecision {}
}
