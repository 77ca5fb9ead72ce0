package io.baseload.engine.api;

/** A model can't be loaded with these {@link LoadOptions}, and the message names the option and its allowed values; or no plan can be made of it. */
public final class UnfitOptionsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public UnfitOptionsException(String message) {
        super(message);
    }
}
