package io.baseload.service.tenant;

/** The tenant's state does not allow the change: it already exists, has running requests, or is the default tenant. */
public final class TenantConflictException extends RuntimeException {
    public TenantConflictException(String message) {
        super(message);
    }
}
