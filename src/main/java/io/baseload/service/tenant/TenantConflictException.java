package io.baseload.service.tenant;

/** The state of the tenant, or of something in it, does not allow the change: it already exists, say, has running requests, or is the default tenant. */
public final class TenantConflictException extends RuntimeException {
    public TenantConflictException(String message) {
        super(message);
    }
}
