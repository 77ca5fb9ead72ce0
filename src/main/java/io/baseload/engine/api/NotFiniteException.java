package io.baseload.engine.api;

/** A model computed what is no number: its weights are broken, or too large for its arithmetic. Neither our bug nor a bad request. */
public final class NotFiniteException extends RuntimeException {
    public NotFiniteException(String what) {
        super(what);
    }
}
