package io.baseload.service.outbound;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** When a busy server wants to be asked again. */
public final class RetryAfterHeader {
    private static final Duration MAX = Duration.ofSeconds(60);

    private RetryAfterHeader() {}

    /** The pause, a minute at most; empty if the server names none in seconds. */
    public static Optional<Duration> of(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .map(pause -> pause.compareTo(MAX) < 0 ? pause : MAX);
    }
}
