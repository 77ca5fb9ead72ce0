package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;

/** What is kept for tenants elsewhere, and may be too much to be erased in the transaction that deletes the tenant, in which all its requests wait. */
public interface TenantData {
    /**
     * Erases some of a tenant that is about to be deleted, in a transaction that records it. What comes meanwhile goes with the tenant.
     *
     * @return whether there may be more
     */
    boolean eraseSome(Actor actor, String tenant);
}
