package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The caller, identified by an API key or an identity provider's token.
 *
 * @param tenant the tenant's id
 * @param weight the tenant's share of the engine against other tenants
 * @param maxWait how long the tenant lets its requests wait; empty = the service's setting
 * @param keyPrefix the visible part of the key; with a token the person's id
 * @param person the person who signed in with the token, or owns the key
 */
public record Caller(
        String tenant,
        int weight,
        Optional<Duration> maxWait,
        String keyPrefix,
        ApiKey.Rights rights,
        Optional<Person> person) {
    /** With a key of the tenant itself that has no limits and doesn't expire; the tenant has no limit for waits. */
    public Caller(String tenant, int weight, String keyPrefix, Set<Role> roles, Set<String> models, Priority priority) {
        this(
                tenant,
                weight,
                Optional.empty(),
                keyPrefix,
                new ApiKey.Rights(roles, models, priority, Optional.empty()),
                Optional.empty());
    }

    /** The same caller with other settings of the tenant and other rights. */
    Caller with(int newWeight, Optional<Duration> newMaxWait, ApiKey.Rights newRights) {
        return new Caller(tenant, newWeight, newMaxWait, keyPrefix, newRights, person);
    }

    public Set<Role> roles() {
        return rights.roles();
    }

    /** Aliases or ids that may be used; empty = all. */
    public Set<String> models() {
        return rights.models();
    }

    /** The priority of all requests. */
    public Priority priority() {
        return rights.priority();
    }

    /** Whether this is a person with a token, not a key. */
    public boolean isPerson() {
        return person.filter(it -> it.id().equals(keyPrefix)).isPresent();
    }

    /**
     * Whether the caller is the platform's, so that it sees all tenants where its role allows reading. That is true for the tenant {@code default} and for operators; others see
     * their own tenant.
     */
    public boolean isPlatform() {
        return tenant.equals(Tenant.DEFAULT) || has(Role.OPERATOR);
    }

    /** Whether the caller may issue, change, rotate and revoke such a key: never one with more rights than its own. */
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
                && rights.cover(key);
    }

    /** Whether the caller may have such a key itself. */
    public boolean mayOwn(ApiKey.Rights key) {
        return roles().containsAll(key.roles()) && rights.cover(key);
    }

    public boolean has(Role role) {
        return roles().contains(role);
    }

    /** The caller in the form of the audit trail. */
    public Actor actor() {
        return new Actor(tenant, keyPrefix, person);
    }

    public boolean mayAsk(String model) {
        return models().isEmpty() || models().contains(model);
    }
}
