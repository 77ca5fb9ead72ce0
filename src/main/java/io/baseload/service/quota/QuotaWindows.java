package io.baseload.service.quota;

import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code quota_window}. Each statement locks them in the order of their keys, so that two can't lock each other out. */
final class QuotaWindows {
    private static final String PERIODS = "(VALUES ('day'), ('minute'), ('month')) p(period)";

    /** A row that does not exist yet is made. */
    private static final String LOCK = """
        INSERT INTO quota_window AS w (tenant, period, starts_at, token_limit, request_limit)
        SELECT t.tenant, p.period, date_trunc(p.period, :at::timestamptz, 'UTC'), l.tokens, l.requests
        FROM unnest(:tenants::text[]) t(tenant) CROSS JOIN %s
        LEFT JOIN tenant_window l ON l.tenant = t.tenant AND l.period = p.period
        ORDER BY t.tenant, p.period
        ON CONFLICT (tenant, period, starts_at) DO UPDATE SET token_limit = EXCLUDED.token_limit, request_limit = EXCLUDED.request_limit
        RETURNING tenant, period, starts_at, token_limit, request_limit, used, reserved, requests\
        """.formatted(PERIODS);

    private static final String CHANGES = """
        SELECT u.tenant, p.period, date_trunc(p.period, u.at, 'UTC') AS starts_at,
               sum(u.reserved)::bigint AS reserved, sum(u.used)::bigint AS used, sum(u.requests)::bigint AS requests
        FROM unnest(:tenants::text[], :ats::timestamptz[], :reserved::bigint[], :used::bigint[], :requests::bigint[])
             u(tenant, at, reserved, used, requests)
        CROSS JOIN %s GROUP BY 1, 2, 3\
        """.formatted(PERIODS);

    private static final String ADD = """
        WITH c AS MATERIALIZED (%s),
        w AS MATERIALIZED (
          SELECT q.tenant, q.period, q.starts_at FROM quota_window q JOIN c USING (tenant, period, starts_at)
          ORDER BY q.tenant, q.period, q.starts_at FOR UPDATE OF q),
        added AS (
          UPDATE quota_window q
          SET reserved = q.reserved + c.reserved, used = q.used + c.used, requests = q.requests + c.requests
          FROM c JOIN w USING (tenant, period, starts_at)
          WHERE (q.tenant, q.period, q.starts_at) = (c.tenant, c.period, c.starts_at) RETURNING 1)
        SELECT (SELECT count(*) FROM c) - (SELECT count(*) FROM added)\
        """.formatted(CHANGES);

    private static final String RESTORE = """
        WITH c AS (%s)
        INSERT INTO quota_window (tenant, period, starts_at) SELECT tenant, period, starts_at FROM c ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING\
        """.formatted(CHANGES);

    private static final String PRESENT = """
        SELECT t.tenant, p.period, date_trunc(p.period, :at::timestamptz, 'UTC') AS starts_at, l.tokens AS token_limit,
               l.requests AS request_limit, coalesce(w.used, 0) AS used, coalesce(w.reserved, 0) AS reserved,
               coalesce(w.requests, 0) AS requests
        FROM unnest(:tenants::text[]) t(tenant) CROSS JOIN %s
        LEFT JOIN tenant_window l ON l.tenant = t.tenant AND l.period = p.period
        LEFT JOIN quota_window w
          ON w.tenant = t.tenant AND w.period = p.period AND w.starts_at = date_trunc(p.period, :at::timestamptz, 'UTC')\
        """.formatted(PERIODS);

    private final JdbcClient jdbc;

    QuotaWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What a window gets, or gives back where it is negative.
     *
     * @param at says which windows
     */
    record Change(String tenant, OffsetDateTime at, long reserved, long used, int requests) {}

    /** The windows of a moment, by tenant, with the limits of now; nobody else changes them until the transaction ends. */
    Map<String, List<QuotaWindow>> lock(Collection<String> tenants, OffsetDateTime at) {
        return byTenant(LOCK, tenants, at);
    }

    /** Writes changes; those of one window in one step. */
    void add(List<Change> changes) {
        long missing =
                jdbc.sql(ADD).params(parameters(changes)).query(Long.class).single();
        if (missing != 0) {
            throw new IllegalStateException(missing + " windows are missing for " + changes);
        }
    }

    /** Makes windows anew that were forgotten, because an answer was corrected days after it was lost. */
    void restore(List<Change> changes) {
        jdbc.sql(RESTORE).params(parameters(changes)).update();
    }

    /** The windows of a moment, by tenant, with the limits of now. */
    Map<String, List<QuotaWindow>> at(Collection<String> tenants, OffsetDateTime at) {
        return byTenant(PRESENT, tenants, at);
    }

    private Map<String, List<QuotaWindow>> byTenant(String sql, Collection<String> tenants, OffsetDateTime at) {
        var windows = new HashMap<String, List<QuotaWindow>>();
        jdbc.sql(sql)
                .param("tenants", tenants.toArray(String[]::new))
                .param("at", at)
                .query(row -> {
                    windows.computeIfAbsent(row.getString("tenant"), tenant -> new ArrayList<>())
                            .add(QuotaWindow.read(row, 0));
                });
        return windows;
    }

    /** Forgets minutes that nobody asks about any more. */
    void prune() {
        jdbc.sql("DELETE FROM quota_window WHERE period = 'minute' AND reserved = 0 AND starts_at <"
                        + " clock_timestamp() - interval '2 days'")
                .update();
    }

    private static Map<String, Object> parameters(List<Change> changes) {
        return Map.of(
                "tenants", changes.stream().map(Change::tenant).toArray(String[]::new),
                "ats", changes.stream().map(change -> change.at().toString()).toArray(String[]::new),
                "reserved", numbers(changes, Change::reserved),
                "used", numbers(changes, Change::used),
                "requests", numbers(changes, change -> (long) change.requests()));
    }

    private static Long[] numbers(List<Change> changes, Function<Change, Long> number) {
        return changes.stream().map(number).toArray(Long[]::new);
    }
}
