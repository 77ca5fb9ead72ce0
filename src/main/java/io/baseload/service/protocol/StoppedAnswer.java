package io.baseload.service.protocol;

import io.baseload.service.web.ApiException;
import java.time.Duration;

/** An answer that the service itself broke off, for example because it shuts down. */
final class StoppedAnswer {
    private StoppedAnswer() {}

    static ApiException error() {
        return ApiException.unavailable(
                "overloaded", "The service stopped this answer before it was complete.", Duration.ofSeconds(1));
    }
}
