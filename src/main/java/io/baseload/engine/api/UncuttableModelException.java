package io.baseload.engine.api;

/** A model can't be cut into as many shards as the engine has. */
public final class UncuttableModelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UncuttableModelException(String message) {
        super(message);
    }
}
