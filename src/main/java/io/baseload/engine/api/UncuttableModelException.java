package io.baseload.engine.api;

/** A model can't be cut into so many shards. */
public final class UncuttableModelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UncuttableModelException(String message) {
        super(message);
    }
}
