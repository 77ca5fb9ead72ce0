package io.baseload.service.tenant;

/** The tenant's state does not allow it: it exists already, has running requests, or is the default one. */
public final class TenantConflictException extends RuntimeException {
    public TenantConflictException(String message) {
        super(message);
    }
}
