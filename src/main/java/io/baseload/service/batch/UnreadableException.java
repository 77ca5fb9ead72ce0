package io.baseload.service.batch;

import org.jspecify.annotations.Nullable;

/** A stored file or result is gone, or is not what was written. No other try will read it. */
final class UnreadableException extends RuntimeException {
    UnreadableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
