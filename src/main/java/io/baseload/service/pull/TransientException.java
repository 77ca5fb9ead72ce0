package io.baseload.service.pull;

import java.io.IOException;
import java.time.Duration;

/** A failure that may not occur again. */
final class TransientException extends IOException {
    private final Duration pause;

    /** @param pause requested by the server; zero = none stated */
    TransientException(String message, Duration pause) {
        super(message);
        this.pause = pause;
    }

    Duration pause() {
        return pause;
    }
}
