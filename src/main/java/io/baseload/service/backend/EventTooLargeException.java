package io.baseload.service.backend;

import java.io.IOException;

/** An event of a stream is larger than this service reads. */
final class EventTooLargeException extends IOException {
    EventTooLargeException(String message) {
        super(message);
    }
}
