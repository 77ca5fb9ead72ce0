package io.baseload.service.backend;

import java.util.Locale;

/** How a request to a backend ended. */
enum BackendOutcome {
    OK,
    CANCELLED,
    /** It asked for something that the backend doesn't do. */
    REFUSED,
    OVERLOADED,
    UNREACHABLE,
    TIMEOUT,
    FAILED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
