package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;

/** Data of tenants in other packages, possibly too much to be erased in the transaction that deletes the tenant, because all its requests wait for that transaction. */
public interface TenantData {
    /**
     * Erases some data of a tenant that is about to be deleted, in a transaction that records it. Data that arrives meanwhile is deleted with the tenant.
     *
     * @return whether there may be more
     */
    boolean eraseSome(Actor actor, String tenant);
}
