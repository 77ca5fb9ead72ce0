package io.baseload.service.pull;

import java.io.IOException;
import java.time.Duration;

/** Something that may go well the next time. */
final class TransientException extends IOException {
    private final Duration pause;

    /** @param pause that the server asked for; zero = it did not say */
    TransientException(String message, Duration pause) {
        super(message);
        this.pause = pause;
    }

    Duration pause() {
        return pause;
    }
}
