package io.baseload.chat.api;

import io.baseload.engine.api.OverloadedException;
import java.time.Duration;

/** A remote server has the request, but did not begin to answer within the time that the request may wait. */
public final class UpstreamLateException extends OverloadedException {
    public UpstreamLateException(String message, Duration retryAfter) {
        super(message, retryAfter);
    }
}
