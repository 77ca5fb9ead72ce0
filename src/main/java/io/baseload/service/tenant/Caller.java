package io.baseload.service.tenant;

import java.util.Set;

/**
 * Who is asking, as its API key says.
 *
 * @param tenant the tenant's id
 * @param keyPrefix the visible part of the key
 * @param models aliases or ids that the key may ask; empty = all
 */
public record Caller(String tenant, String keyPrefix, Set<Role> roles, Set<String> models) {
    public boolean has(Role role) {
        return roles.contains(role);
    }

    public boolean mayAsk(String model) {
        return models.isEmpty() || models.contains(model);
    }
}
