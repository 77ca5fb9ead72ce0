package io.baseload.service.web;

import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.QuotaSnapshot.Room;
import io.baseload.service.quota.SoftLimit;
import io.baseload.service.tenant.RequestRateExceededException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}}: the windows relevant for the client; {@code x-budget-warning}: soft limits that are exceeded. */
public final class RateLimitHeaders {
    private RateLimitHeaders() {}

    /** By name; empty if nothing is limited. */
    public static Map<String, String> of(QuotaSnapshot quota) {
        var headers = new LinkedHashMap<String, String>();
        quota.requests().ifPresent(room -> put(headers, "requests", room));
        quota.tokens().ifPresent(room -> put(headers, "tokens", room));
        if (!quota.warnings().isEmpty()) {
            headers.put(
                    "x-budget-warning",
                    quota.warnings().stream().map(SoftLimit::text).collect(Collectors.joining(", ")));
        }
        return headers;
    }

    /** The limit of a key. */
    static Map<String, String> of(RequestRateExceededException e) {
        var headers = new LinkedHashMap<String, String>();
        put(headers, "requests", new Room(e.perMinute(), 0, e.retryAfter()));
        return headers;
    }

    private static void put(Map<String, String> headers, String what, Room room) {
        headers.put("x-ratelimit-limit-" + what, Long.toString(room.limit()));
        headers.put("x-ratelimit-remaining-" + what, Long.toString(room.remaining()));
        headers.put("x-ratelimit-reset-" + what, text(room.reset()));
    }

    /** {@code 20ms}, {@code 1s}, {@code 6m0s}, {@code 1h0m0s}; seconds are rounded up. */
    static String text(Duration time) {
        if (time.compareTo(Duration.ofSeconds(1)) < 0) {
            return Math.max(0, time.toMillis()) + "ms";
        }
        Duration whole = Duration.ofSeconds(time.plusNanos(999_999_999).toSeconds());
        String seconds = whole.toSecondsPart() + "s";
        String minutes = whole.toMinutes() > 0 ? whole.toMinutesPart() + "m" : "";
        String hours = whole.toHours() > 0 ? whole.toHours() + "h" : "";
        return hours + minutes + seconds;
    }
}
