package io.baseload.service.export;

import java.io.IOException;

/** A receiver takes no batch of this size; it may take a smaller one. */
final class BatchTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    BatchTooLargeException(String message) {
        super(message);
    }
}
