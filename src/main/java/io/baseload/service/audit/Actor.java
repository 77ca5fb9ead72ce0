package io.baseload.service.audit;

/**
 * Who did something.
 *
 * @param tenant the tenant's id, or "system" for what the service does by itself
 * @param keyPrefix the visible part of the key that was used; empty for the system
 */
public record Actor(String tenant, String keyPrefix) {
    public static final Actor SYSTEM = new Actor("system", "");
}
