package io.baseload.chat.api;

import io.baseload.engine.api.OverloadedException;
import java.time.Duration;

/** This process has no memory left for the outputs of encoders elsewhere, whichever computes them. */
public final class NoRoomForOutputsException extends OverloadedException {
    public NoRoomForOutputsException(String message, Duration retryAfter) {
        super(message, retryAfter);
    }
}
