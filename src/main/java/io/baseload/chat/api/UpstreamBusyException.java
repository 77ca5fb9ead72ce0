package io.baseload.chat.api;

import io.baseload.engine.api.OverloadedException;
import java.time.Duration;

/** A remote server refused a request because it is busy, by its own account. */
public final class UpstreamBusyException extends OverloadedException {
    public UpstreamBusyException(String message, Duration retryAfter) {
        super(message, retryAfter);
    }
}
