package io.baseload.service.quota;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What becomes of a reservation that is asked for. */
public sealed interface QuotaDecision {

    /**
     * The tokens are reserved.
     *
     * @param passed soft limits that nobody was told of before: each once a window
     * @param maxWait how long the tenant lets its requests wait; empty = as the service says
     */
    record Granted(QuotaSnapshot quota, List<SoftLimit> passed, Optional<Duration> maxWait) implements QuotaDecision {}

    /**
     * Nothing is reserved.
     *
     * @param reason a {@link QuotaExceededException}, or that there is no such tenant
     */
    record Refused(RuntimeException reason) implements QuotaDecision {}
}
