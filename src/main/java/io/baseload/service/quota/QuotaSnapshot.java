package io.baseload.service.quota;

import java.time.Duration;
import java.util.Optional;

/** A tenant's tightest windows after a reservation, for rate-limit headers; empty where nothing is limited. */
public record QuotaSnapshot(Optional<Room> requests, Optional<Room> tokens) {
    /** @param reset until the window ends */
    public record Room(long limit, long remaining, Duration reset) {}
}
