package io.baseload.service.quota;

import io.baseload.service.quota.QuotaSnapshot.Room;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Picks the windows that are relevant for a client. */
final class Snapshots {
    private Snapshots() {}

    static QuotaSnapshot of(List<QuotaWindow> windows, Instant now) {
        return new QuotaSnapshot(
                tightest(windows, now, window -> window.budget().requests(), QuotaWindow::requests),
                tightest(windows, now, window -> window.budget().tokens(), QuotaWindow::gone),
                windows.stream().flatMap(window -> window.softLimits().stream()).toList());
    }

    private static Optional<Room> tightest(
            List<QuotaWindow> windows,
            Instant now,
            Function<QuotaWindow, OptionalLong> limit,
            ToLongFunction<QuotaWindow> gone) {
        return windows.stream()
                .filter(window -> limit.apply(window).isPresent())
                .map(window -> room(limit.apply(window).getAsLong(), gone.applyAsLong(window), window.endsAt(), now))
                .min(Comparator.comparingLong(Room::remaining));
    }

    private static Room room(long limit, long gone, Instant end, Instant now) {
        return new Room(limit, Math.max(0, limit - gone), Duration.between(now, end));
    }
}
