package io.baseload.service.pull;

/** A model can't be pulled; the message says from where and why. */
public final class PullException extends RuntimeException {
    public PullException(String message) {
        super(message);
    }

    public PullException(String message, Throwable cause) {
        super(message, cause);
    }
}
