package io.baseload.service.registry;

/** There is no such model, or the caller may not see it. */
public final class UnknownModelException extends RuntimeException {
    private final String model;

    public UnknownModelException(String model) {
        super("The model '" + model + "' does not exist or you do not have access to it.");
        this.model = model;
    }

    public String model() {
        return model;
    }
}
