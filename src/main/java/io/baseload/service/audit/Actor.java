package io.baseload.service.audit;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The author of an action.
 *
 * @param tenant the tenant's id, or "system" for actions of the service itself
 * @param keyPrefix the visible part of the key; with a token the person's id; empty for the system
 * @param person the person who signed in or owns the key
 */
public record Actor(String tenant, String keyPrefix, Optional<Person> person) {
    public static final Actor SYSTEM = new Actor("system", "");

    /** With a key of the tenant itself. */
    public Actor(String tenant, String keyPrefix) {
        this(tenant, keyPrefix, Optional.empty());
    }

    /** The action and the person who did it. */
    Map<String, ?> sign(Map<String, ?> detail) {
        if (person.isEmpty()) {
            return detail;
        }
        var signed = new TreeMap<String, Object>(detail);
        signed.put("person", person.get());
        return signed;
    }
}
