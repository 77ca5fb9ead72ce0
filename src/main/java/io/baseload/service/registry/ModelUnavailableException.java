package io.baseload.service.registry;

import java.time.Duration;

/** The model exists but can't answer now: it is not loaded, or is being loaded. */
public final class ModelUnavailableException extends RuntimeException {
    private final Duration retryAfter;

    public ModelUnavailableException(String model, String state, Duration retryAfter) {
        super("The model '" + model + "' is " + state + ".");
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
