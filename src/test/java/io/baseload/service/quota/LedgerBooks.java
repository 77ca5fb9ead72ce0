package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;

/** Holds each counter of a tenant against the reservations that it counts. */
final class LedgerBooks {
    private LedgerBooks() {}

    private static final String COUNTERS = """
        SELECT w.key_prefix || '/' || w.model || '/' || w.period AS counter, w.used, w.reserved, w.requests, w.used_cost, w.reserved_cost,
          r.used AS should_used, r.reserved AS should_reserved, r.requests AS should_requests, r.used_cost AS should_used_cost,
          r.reserved_cost AS should_reserved_cost
        FROM quota_window w CROSS JOIN LATERAL (
          SELECT coalesce(sum(prompt_tokens + completion_tokens) FILTER (WHERE state <> 'open'), 0) AS used,
                 coalesce(sum(tokens) FILTER (WHERE state = 'open'), 0) AS reserved, count(*) AS requests,
                 coalesce(sum(cost) FILTER (WHERE state <> 'open'), 0) AS used_cost,
                 coalesce(sum(reserved_cost) FILTER (WHERE state = 'open'), 0) AS reserved_cost
          FROM reservation r WHERE r.tenant = w.tenant AND r.state <> 'refused'
            AND (w.key_prefix = '' OR coalesce(r.budget_key, r.key_prefix) = w.key_prefix OR r.identity = w.key_prefix) AND (w.model = '' OR r.model = w.model)
            AND date_trunc(w.period, r.made_at, 'UTC') = w.starts_at) r
        WHERE w.tenant = ?\
        """;

    /** Every counter equals the sum of its reservations, no limit is exceeded, and there are at least so many counters. */
    static void agree(TestPlatform platform, String tenant, int atLeast) {
        agree(platform, tenant, atLeast, true);
    }

    /** @param within whether no limit was lowered below what was gone */
    static void agree(TestPlatform platform, String tenant, int atLeast, boolean within) {
        var different = platform.superuser()
                .sql("SELECT c::text FROM (" + COUNTERS
                        + ") c WHERE (used, reserved, requests, used_cost, reserved_cost)"
                        + " IS DISTINCT FROM"
                        + " (should_used, should_reserved, should_requests, should_used_cost, should_reserved_cost)")
                .param(tenant)
                .query(String.class)
                .list();
        assertThat(different).isEmpty();
        if (within) {
            assertThat(beyond(platform, tenant)).isZero();
        }
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM quota_window WHERE tenant = ?")
                        .param(tenant)
                        .query(Integer.class)
                        .single())
                .isGreaterThanOrEqualTo(atLeast);
    }

    /** Counters beyond a limit. */
    static int beyond(TestPlatform platform, String tenant) {
        return platform.superuser()
                .sql("SELECT count(*) FROM quota_window w JOIN tenant_window l USING (tenant, key_prefix, model,"
                        + " period) WHERE tenant = ? AND (used + reserved > l.tokens OR w.requests > l.requests OR"
                        + " used_cost + reserved_cost > l.cost)")
                .param(tenant)
                .query(Integer.class)
                .single();
    }
}
