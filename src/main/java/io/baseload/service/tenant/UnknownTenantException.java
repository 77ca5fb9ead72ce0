package io.baseload.service.tenant;

/** There is no such tenant. */
public final class UnknownTenantException extends RuntimeException {
    public UnknownTenantException(String id) {
        super("There is no tenant '" + id + "'.");
    }
}
