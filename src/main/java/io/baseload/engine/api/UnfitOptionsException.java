package io.baseload.engine.api;

/** A model can't be loaded with these {@link LoadOptions}; the message names the option and its allowed values. */
public final class UnfitOptionsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnfitOptionsException(String message) {
        super(message);
    }
}
