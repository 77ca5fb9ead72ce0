package io.baseload.service.batch;

import org.jspecify.annotations.Nullable;

/** A stored file or result is missing or was changed. Retries won't help. */
final class UnreadableException extends RuntimeException {
    UnreadableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
