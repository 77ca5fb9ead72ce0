package io.baseload.engine.api;

/** A model computed an infinity or NaN: its weights are broken, or too large for its arithmetic. Neither a bug in this program nor a bad request. */
public final class NotFiniteException extends RuntimeException {
    public NotFiniteException(String what) {
        super(what);
    }
}
