package io.baseload.service.registry;

/** The request conflicts with the current state of models, aliases or jobs. */
public final class ConflictException extends RuntimeException {
    public ConflictException(String message) {
        super(message);
    }
}
