package io.baseload.service.tenant;

import java.util.Locale;

/** The rights of a key. */
public enum Role {
    /** Use models. */
    USER,
    /** See its own tenant and its usage, and manage its keys. */
    TENANT_ADMIN,
    /** Everything below {@code /admin/v1}, for all tenants. */
    OPERATOR,
    /** Read the audit trail: its own tenant's part, or with a key of the platform all of it. */
    AUDITOR,
    /** Read metrics, with a key of the platform. */
    METRICS,
    /** Read its own tenant's prompts and answers, if they are kept. */
    CONTENT_AUDITOR;

    /** The name in JSON and SQL. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no role has this name */
    public static Role of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
