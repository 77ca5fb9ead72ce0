package io.baseload.service.web;

import io.baseload.service.inference.Inference;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.QuotaSnapshot.Room;
import io.baseload.service.quota.SoftLimit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.stereotype.Component;

/**
 * {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}}: the windows relevant for the client; {@code x-budget-warning}: soft limits that are exceeded. Anthropic's routes
 * have its own names for the former too. Requests that reserved something, or were refused by a window, say which windows these are. All other answers below {@code /v1}, and those of
 * its routes that have other names too, get the caller's windows as the answer is sent. The rate of a key is a window too, and counts requests on all routes, so the answers of all others have it alone.
 */
@Component
public final class RateLimitHeaders implements HeaderWriter {
    private static final List<String> PATHS = List.of("/v1/", "/v2/rerank", "/rerank", "/tokenize", "/detokenize");
    private static final String WRITTEN = RateLimitHeaders.class.getName();
    /** The request's attribute with the room that the rate of its key leaves. */
    private static final String OF_KEY = WRITTEN + ".key";

    private final ObjectProvider<Inference> inference;

    RateLimitHeaders(ObjectProvider<Inference> inference) {
        this.inference = inference;
    }

    /** The rate of the request's key is limited. */
    static void ofKey(Room room, HttpServletRequest request) {
        request.setAttribute(OF_KEY, room);
    }

    /** Puts the windows on an answer, and the key's rate where that is tighter; none if nothing is limited. */
    public static void put(QuotaSnapshot quota, HttpServletRequest request, HttpServletResponse response) {
        var all = request.getAttribute(OF_KEY) instanceof Room ofKey ? quota.with(ofKey) : quota;
        putOnly(all, request, response);
    }

    /** Puts the windows of a refusal on an answer, and nothing else. */
    static void putOnly(QuotaSnapshot quota, HttpServletRequest request, HttpServletResponse response) {
        request.setAttribute(WRITTEN, true);
        var target = new Target(response, AnthropicError.isFormOf(request));
        quota.requests().ifPresent(room -> target.put("requests", room));
        quota.tokens().ifPresent(room -> target.put("tokens", room));
        if (!quota.warnings().isEmpty()) {
            response.setHeader(
                    "x-budget-warning",
                    quota.warnings().stream().map(SoftLimit::text).collect(Collectors.joining(", ")));
        }
    }

    /** Called just before an answer is sent. One that nobody will read costs no query. */
    @Override
    public void writeHeaders(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(WRITTEN) != null || isCut(ServedConnection.current())) {
            return;
        }
        if (PATHS.stream().anyMatch(request.getRequestURI()::startsWith)
                && SecurityContextHolder.getContext().getAuthentication() instanceof KeyAuthentication key) {
            put(inference.getObject().room(key.getPrincipal()).orElse(QuotaSnapshot.UNLIMITED), request, response);
        } else {
            put(QuotaSnapshot.UNLIMITED, request, response);
        }
    }

    private static boolean isCut(@Nullable ServedConnection connection) {
        return connection != null && connection.isCut();
    }

    private record Target(HttpServletResponse response, boolean ofAnthropic) {
        void put(String what, Room room) {
            put("x-ratelimit-limit-" + what, room.limit());
            put("x-ratelimit-remaining-" + what, room.remaining());
            response.setHeader("x-ratelimit-reset-" + what, text(room.reset()));
            if (ofAnthropic) {
                String prefix = "anthropic-ratelimit-" + what;
                put(prefix + "-limit", room.limit());
                put(prefix + "-remaining", room.remaining());
                response.setHeader(prefix + "-reset", instant(room.reset()));
            }
        }

        private void put(String header, long value) {
            response.setHeader(header, Long.toString(value));
        }
    }

    /** The time after this duration from now; seconds are rounded up. */
    private static String instant(Duration time) {
        return Instant.now()
                .plus(time)
                .plusNanos(999_999_999)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
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
