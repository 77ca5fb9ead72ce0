package io.baseload.service.quota;

import java.time.Duration;
import java.util.Optional;

/** A tenant's windows that a client should know of, for rate-limit headers: the tightest, or the one that refused it; empty where nothing is limited. */
public record QuotaSnapshot(Optional<Room> requests, Optional<Room> tokens) {
    /** @param reset until the window ends */
    public record Room(long limit, long remaining, Duration reset) {}
}
