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
 * @param priority of all that is asked with the key
 */
public record Caller(
        String tenant, int weight, String keyPrefix, Set<Role> roles, Set<String> models, Priority priority) {
    /**
     * Whether the key is the platform's: it sees all tenants where its role lets it read. Keys of the tenant {@code default} are, and operators'; others see their
     * own tenant.
     */
    public boolean isPlatform() {
        return tenant.equals(Tenant.DEFAULT) || has(Role.OPERATOR);
    }

    /** Whether the caller may issue, change, rotate and revoke such a key: never one that could do more than it itself. */
    public boolean mayManage(String ofTenant, ApiKey.Rights key) {
        if (has(Role.OPERATOR)) {
            return true;
        }
        var grantable = isPlatform()
                ? Set.of(Role.USER, Role.TENANT_ADMIN)
                : Set.of(Role.USER, Role.TENANT_ADMIN, Role.AUDITOR);
        return has(Role.TENANT_ADMIN)
                && tenant.equals(ofTenant)
                && grantable.containsAll(key.roles())
                && (priority == Priority.INTERACTIVE || key.priority() == Priority.BATCH)
                && (models.isEmpty() || (!key.models().isEmpty() && models.containsAll(key.models())));
    }

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
