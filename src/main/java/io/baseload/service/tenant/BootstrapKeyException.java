package io.baseload.service.tenant;

/** The configured key can't be used. */
public final class BootstrapKeyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    BootstrapKeyException(String message) {
        super(message);
    }
}
