package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.quota.QuotaTerms.Kind;
import io.baseload.service.tenant.Budgets;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The counters, rows of {@code quota_window}. Those of the whole tenant by minute, day and month are always kept, the others from the time when they were first limited.
 *
 * <p>Invariant: a counter includes all reservations of its scope that were made in its window. So a counter that starts with its window starts at zero, one that starts later
 * starts with the usage so far ({@link Budgets}), and a change is added to every counter that covers it, whether anything is limited there now or not.
 *
 * <p>Each statement locks counters in the order of their keys, so that no two can deadlock. Two transactions that share any counter also share one of the whole tenant, which comes
 * first in that order. Only those who have locked the tenant's row create counters that others may want to create: they may have locked some that come later in that order.
 */
final class QuotaWindows {
    private static final String KEPT = "(VALUES ('day'), ('minute'), ('month')) p(period)";

    private static final String WANTED = """
        WITH d AS (
          SELECT DISTINCT * FROM unnest(:tenants::text[], :keys::text[], :models::text[]) u(tenant, key_prefix, model)),
        wanted AS (
          SELECT DISTINCT d.tenant, '' AS key_prefix, '' AS model, p.period FROM d CROSS JOIN %s
          UNION SELECT l.tenant, l.key_prefix, l.model, l.period FROM tenant_window l JOIN d
            ON l.tenant = d.tenant AND l.key_prefix IN ('', d.key_prefix) AND l.model IN ('', d.model))\
        """.formatted(KEPT);

    private static final String BUDGETS = "l.tokens, l.requests, l.cost, l.soft_percent, l.interactive_percent";

    private static final String LOCK = WANTED + """
        SELECT w.tenant, w.key_prefix, w.model, w.period, w.starts_at, w.used, w.reserved, w.requests AS count, w.used_cost, w.reserved_cost,
               w.soft_at, (SELECT count(*) FROM wanted) AS wanted, %s
        FROM (SELECT q.* FROM quota_window q JOIN wanted USING (tenant, key_prefix, model, period)
              WHERE q.starts_at = date_trunc(q.period, :at::timestamptz, 'UTC')
              ORDER BY q.tenant, q.key_prefix, q.model, q.period FOR UPDATE OF q) w
        LEFT JOIN tenant_window l USING (tenant, key_prefix, model, period)\
        """.formatted(BUDGETS);

    private static final String MAKE = WANTED + """
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at)
        SELECT tenant, key_prefix, model, period, date_trunc(period, :at::timestamptz, 'UTC') FROM wanted ORDER BY 1, 2, 3, 4
        ON CONFLICT DO NOTHING\
        """;

    /** Not for budgets in past windows: without a counter there may be earlier reservations that it would lack. */
    private static final String MAKE_AGAIN = WANTED + """
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at)
        SELECT tenant, key_prefix, model, period, date_trunc(period, :at::timestamptz, 'UTC') FROM wanted
        WHERE (key_prefix = '' AND model = '' AND period <> 'hour')
           OR date_trunc(period, :at::timestamptz, 'UTC') >= date_trunc(period, statement_timestamp(), 'UTC')
        ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING\
        """;

    private static final String PRESENT = WANTED + """
        SELECT w.tenant, w.key_prefix, w.model, w.period, date_trunc(w.period, :at::timestamptz, 'UTC') AS starts_at,
               coalesce(q.used, 0) AS used, coalesce(q.reserved, 0) AS reserved, coalesce(q.requests, 0) AS count,
               coalesce(q.used_cost, 0) AS used_cost, coalesce(q.reserved_cost, 0) AS reserved_cost, q.soft_at, 0 AS wanted, %s
        FROM wanted w LEFT JOIN tenant_window l USING (tenant, key_prefix, model, period)
        LEFT JOIN quota_window q
          ON (q.tenant, q.key_prefix, q.model, q.period) = (w.tenant, w.key_prefix, w.model, w.period)
            AND q.starts_at = date_trunc(w.period, :at::timestamptz, 'UTC')\
        """.formatted(BUDGETS);

    private static final String SUMS =
            "sum(reserved)::bigint AS reserved, sum(used)::bigint AS used, sum(requests)::bigint AS requests,"
                    + " sum(reserved_cost) AS reserved_cost, sum(used_cost) AS used_cost";

    /** Sums of changes: first of those with equal keys and minute, then for all counters that may cover them. */
    private static final String CHANGES = """
        SELECT u.tenant, CASE WHEN s.of_key THEN u.key_prefix ELSE '' END AS key_prefix, CASE WHEN s.of_model THEN u.model ELSE '' END AS model,
               p.period, date_trunc(p.period, u.at, 'UTC') AS starts_at, %1$s
        FROM (SELECT tenant, key_prefix, model, date_trunc('minute', at, 'UTC') AS at, %1$s
              FROM unnest(:tenants::text[], :keys::text[], :models::text[], :ats::timestamptz[], :reserved::bigint[], :used::bigint[],
                          :requests::bigint[], :reservedCosts::numeric[], :usedCosts::numeric[])
                   g(tenant, key_prefix, model, at, reserved, used, requests, reserved_cost, used_cost) GROUP BY 1, 2, 3, 4) u
        CROSS JOIN (VALUES (false, false), (false, true), (true, false), (true, true)) s(of_key, of_model)
        CROSS JOIN (VALUES ('day'), ('hour'), ('minute'), ('month')) p(period)
        GROUP BY 1, 2, 3, 4, 5\
        """.formatted(SUMS);

    private static final String ADD = """
        WITH c AS MATERIALIZED (%s),
        w AS MATERIALIZED (
          SELECT q.tenant, q.key_prefix, q.model, q.period, q.starts_at FROM quota_window q
          JOIN c USING (tenant, key_prefix, model, period, starts_at)
          ORDER BY q.tenant, q.key_prefix, q.model, q.period, q.starts_at FOR UPDATE OF q),
        added AS (
          UPDATE quota_window q
          SET reserved = q.reserved + c.reserved, used = q.used + c.used, requests = q.requests + c.requests,
              reserved_cost = q.reserved_cost + c.reserved_cost, used_cost = q.used_cost + c.used_cost
          FROM c JOIN w USING (tenant, key_prefix, model, period, starts_at)
          WHERE (q.tenant, q.key_prefix, q.model, q.period, q.starts_at) = (c.tenant, c.key_prefix, c.model, c.period, c.starts_at)
          RETURNING q.key_prefix, q.model, q.period)
        SELECT (SELECT count(*) FROM c WHERE key_prefix = '' AND model = '' AND period <> 'hour')
             - (SELECT count(*) FROM added WHERE key_prefix = '' AND model = '' AND period <> 'hour')\
        """.formatted(CHANGES);

    /** Creates deleted windows with the amount that is taken back from them, so that no counter becomes negative. */
    private static final String RESTORE = """
        WITH c AS (%s)
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at, used, requests, used_cost)
        SELECT tenant, key_prefix, model, period, starts_at, greatest(-used, 0), greatest(-requests, 0), greatest(-used_cost, 0)
        FROM c WHERE key_prefix = '' AND model = '' AND period <> 'hour'
        ORDER BY 1, 2, 3, 4, 5 ON CONFLICT DO NOTHING\
        """.formatted(CHANGES);

    /** By an index of short windows, whose bound must be the same for all rows. */
    static final String PRUNE =
            "DELETE FROM quota_window WHERE period IN ('minute', 'hour') AND reserved = 0 AND starts_at <"
                    + " statement_timestamp() - interval '2 days'";

    private final JdbcClient jdbc;

    QuotaWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The increments of counters; negative ones give back.
     *
     * @param kind its key is the budget's key
     * @param at identifies the windows
     */
    record Change(
            Kind kind,
            OffsetDateTime at,
            long reserved,
            long used,
            int requests,
            BigDecimal reservedCost,
            BigDecimal usedCost) {}

    /** The current windows that any of these count in, by tenant; nobody else changes them until the transaction ends. Windows that have just started are created. */
    Map<String, List<QuotaWindow>> lock(Collection<Kind> kinds, OffsetDateTime now) {
        var locked = query(LOCK, kinds, now);
        if (locked.complete()) {
            return locked.windows;
        }
        jdbc.sql(MAKE).params(parameters(kinds, now)).update();
        return query(LOCK, kinds, now).windows;
    }

    /** Creates windows that count reservations which a failover has lost, if it has lost them too. Empty ones: without them nothing was reserved there. Past windows have no budgets. */
    void makeAgain(List<Change> reserved) {
        reserved.stream()
                .collect(Collectors.groupingBy(
                        change -> change.at().truncatedTo(ChronoUnit.MINUTES),
                        Collectors.mapping(Change::kind, Collectors.toSet())))
                .forEach((at, kinds) ->
                        jdbc.sql(MAKE_AGAIN).params(parameters(kinds, at)).update());
    }

    /** The existing windows of an earlier time. */
    List<QuotaWindow> lockEarlier(Kind kind, OffsetDateTime at) {
        return query(LOCK, List.of(kind), at).windows.getOrDefault(kind.tenant(), List.of());
    }

    /** The windows of a point in time that any of these would count in, by tenant. */
    Map<String, List<QuotaWindow>> at(Collection<Kind> kinds, OffsetDateTime at) {
        return query(PRESENT, kinds, at).windows;
    }

    /** Writes changes; those of one window in one step. */
    void add(List<Change> changes) {
        long missing =
                jdbc.sql(ADD).params(parameters(changes)).query(Long.class).single();
        if (missing != 0) {
            throw new IllegalStateException(missing + " windows are missing for " + changes);
        }
    }

    /** Creates deleted windows again, because an answer was corrected days after it was lost. */
    void restore(List<Change> changes) {
        jdbc.sql(RESTORE).params(parameters(changes)).update();
    }

    /** Records that a soft limit was reported. */
    void told(String tenant, SoftLimit passed) {
        var scope = passed.budget().scope();
        jdbc.sql("UPDATE quota_window SET soft_at = clock_timestamp() WHERE tenant = ? AND key_prefix = ? AND model = ?"
                        + " AND period = ? AND starts_at = ?")
                .params(
                        tenant,
                        scope.key(),
                        scope.model(),
                        passed.budget().period().wire(),
                        passed.startsAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Deletes short windows that are no longer needed. */
    void prune() {
        jdbc.sql(PRUNE).update();
    }

    private Found query(String sql, Collection<Kind> kinds, OffsetDateTime at) {
        var found = new Found();
        jdbc.sql(sql).params(parameters(kinds, at)).query(found::add);
        return found;
    }

    private static final class Found {
        private final Map<String, List<QuotaWindow>> windows = new HashMap<>();
        private long count;
        private long wanted = -1;

        void add(ResultSet row) throws SQLException {
            windows.computeIfAbsent(row.getString("tenant"), tenant -> new ArrayList<>())
                    .add(read(row));
            wanted = row.getLong("wanted");
            count++;
        }

        boolean complete() {
            return count == wanted;
        }
    }

    private static QuotaWindow read(ResultSet row) throws SQLException {
        return new QuotaWindow(
                Budgets.read(row),
                row.getObject("starts_at", OffsetDateTime.class).toInstant(),
                row.getLong("used"),
                row.getLong("reserved"),
                row.getLong("count"),
                row.getBigDecimal("used_cost"),
                row.getBigDecimal("reserved_cost"),
                row.getObject("soft_at") != null);
    }

    private static Map<String, Object> parameters(Collection<Kind> kinds, OffsetDateTime at) {
        return Map.of(
                "tenants", texts(kinds, Kind::tenant),
                "keys", texts(kinds, Kind::keyPrefix),
                "models", texts(kinds, Kind::model),
                "at", at);
    }

    private static Map<String, Object> parameters(List<Change> changes) {
        return Map.of(
                "tenants", texts(changes, change -> change.kind().tenant()),
                "keys", texts(changes, change -> change.kind().keyPrefix()),
                "models", texts(changes, change -> change.kind().model()),
                "ats", texts(changes, change -> change.at().toString()),
                "reserved", numbers(changes, Change::reserved),
                "used", numbers(changes, Change::used),
                "requests", numbers(changes, change -> (long) change.requests()),
                "reservedCosts", changes.stream().map(Change::reservedCost).toArray(BigDecimal[]::new),
                "usedCosts", changes.stream().map(Change::usedCost).toArray(BigDecimal[]::new));
    }

    private static Long[] numbers(List<Change> changes, Function<Change, Long> number) {
        return changes.stream().map(number).toArray(Long[]::new);
    }
}
