package io.baseload.service.quota;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The windows relevant for a client, for headers: the tightest of those that its request counts in, or the one that refused it; empty if nothing is limited.
 *
 * @param warnings budgets beyond their soft limit
 */
public record QuotaSnapshot(Optional<Room> requests, Optional<Room> tokens, List<SoftLimit> warnings) {
    /** If nothing is limited. */
    public static final QuotaSnapshot UNLIMITED = new QuotaSnapshot(Optional.empty(), Optional.empty(), List.of());

    /** @param reset until the window ends */
    public record Room(long limit, long remaining, Duration reset) {}

    /** With another limit of requests, if it is tighter. */
    public QuotaSnapshot with(Room other) {
        var tighter =
                requests.filter(room -> room.remaining() <= other.remaining()).or(() -> Optional.of(other));
        return new QuotaSnapshot(tighter, tokens, warnings);
    }
}
