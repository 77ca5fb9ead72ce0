package io.baseload.engine.api;

/** The model was closed. */
public final class ModelClosedException extends RuntimeException {
    public ModelClosedException(String model) {
        super("model " + model + " is closed");
    }
}
