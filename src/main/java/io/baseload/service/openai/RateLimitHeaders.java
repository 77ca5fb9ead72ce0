package io.baseload.service.openai;

import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.QuotaSnapshot.Room;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;

/** {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}}: the tightest windows of the tenant, this request counted. */
final class RateLimitHeaders {
    private RateLimitHeaders() {}

    static void write(HttpServletResponse response, QuotaSnapshot quota) {
        quota.requests().ifPresent(room -> write(response, "requests", room));
        quota.tokens().ifPresent(room -> write(response, "tokens", room));
    }

    private static void write(HttpServletResponse response, String what, Room room) {
        response.setHeader("x-ratelimit-limit-" + what, Long.toString(room.limit()));
        response.setHeader("x-ratelimit-remaining-" + what, Long.toString(room.remaining()));
        response.setHeader("x-ratelimit-reset-" + what, text(room.reset()));
    }

    /** {@code 20ms}, {@code 1s}, {@code 6m0s}, {@code 1h0m0s}; a second that has begun counts as whole. */
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
