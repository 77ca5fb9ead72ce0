package io.baseload.service.pull;

/** A model can't be pulled; the message has the source and the reason. */
public final class PullException extends RuntimeException {
    public PullException(String message) {
        super(message);
    }

    public PullException(String message, Throwable cause) {
        super(message, cause);
    }
}
