package io.baseload.service.registry;

/** What was asked for does not fit the present state of models, aliases or jobs. */
public final class ConflictException extends RuntimeException {
    public ConflictException(String message) {
        super(message);
    }
}
