package io.baseload.service.tenant;

/** The tenant has no such person or service account. */
public final class UnknownIdentityException extends RuntimeException {
    public UnknownIdentityException(String id) {
        super("There is no identity '" + id + "'.");
    }
}
