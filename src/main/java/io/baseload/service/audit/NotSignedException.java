package io.baseload.service.audit;

/** There is no checkpoint, and none can be signed now. */
public final class NotSignedException extends RuntimeException {
    public NotSignedException(String message) {
        super(message);
    }
}
