package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import java.util.Set;

/**
 * Who is asking, as its API key says.
 *
 * @param tenant the tenant's id
 * @param keyPrefix the visible part of the key
 * @param weight the tenant's share of the engine against other tenants
 * @param models aliases or ids that the key may ask; empty = all
 */
public record Caller(String tenant, int weight, String keyPrefix, Set<Role> roles, Set<String> models) {
    public boolean has(Role role) {
        return roles.contains(role);
    }

    /** The caller as the audit trail names it. */
    public Actor actor() {
        return new Actor(tenant, keyPrefix);
    }

    public boolean mayAsk(String model) {
        return models.isEmpty() || models.contains(model);
    }
}
