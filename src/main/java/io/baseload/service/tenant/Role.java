package io.baseload.service.tenant;

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
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
