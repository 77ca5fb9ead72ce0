package io.baseload.service.tenant;

import java.util.Locale;

/** What a key may do. */
public enum Role {
    /** Ask models. */
    USER,
    /** Manage keys and see usage of its own tenant. */
    TENANT_ADMIN,
    /** Everything below {@code /admin/v1}. */
    OPERATOR,
    /** Read the audit trail. */
    AUDITOR,
    /** Read metrics. */
    METRICS;

    /** The name in JSON and SQL. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no role has this name */
    public static Role of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
