package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.database.SqlStatement;
import io.baseload.service.quota.QuotaTerms.Account;
import io.baseload.service.tenant.Budgets;
import io.baseload.service.tenant.Period;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** The counters of demands {@code d}, of tenants, budget keys, identities and models, at the time of {@code t}. */
    static final String WANTED = """
        wanted AS MATERIALIZED (
          SELECT u.*, date_trunc(u.period, t.now, 'UTC') AS starts_at
          FROM t CROSS JOIN (
            SELECT DISTINCT d.tenant, '' AS key_prefix, '' AS model, p.period FROM d CROSS JOIN %s
            UNION SELECT l.tenant, l.key_prefix, l.model, l.period FROM tenant_window l JOIN d
              ON l.tenant = d.tenant AND l.key_prefix IN ('', d.key_prefix, d.identity) AND l.model IN ('', d.model)) u)\
        """.formatted(KEPT);

    /** Those of {@code wanted} that exist; nobody else changes them until the transaction ends. */
    static final String LOCKED = """
        SELECT q.tenant, q.key_prefix, q.model, q.period, q.starts_at, q.used, q.reserved, q.requests AS count, q.used_cost, q.reserved_cost,
               q.soft_kinds
        FROM quota_window q JOIN wanted USING (tenant, key_prefix, model, period, starts_at)
        ORDER BY q.tenant, q.key_prefix, q.model, q.period FOR UPDATE OF q\
        """;

    /** All of {@code wanted}; zeros for those that don't exist. */
    static final String PRESENT = """
        SELECT c.tenant, c.key_prefix, c.model, c.period, c.starts_at, coalesce(q.used, 0) AS used, coalesce(q.reserved, 0) AS reserved,
               coalesce(q.requests, 0) AS count, coalesce(q.used_cost, 0) AS used_cost, coalesce(q.reserved_cost, 0) AS reserved_cost,
               coalesce(q.soft_kinds, '{}') AS soft_kinds
        FROM wanted c LEFT JOIN quota_window q USING (tenant, key_prefix, model, period, starts_at)\
        """;

    /** What {@link #read} needs, of counters {@code w} and their budgets {@code l}. */
    static final String COLUMNS =
            "w.key_prefix, w.model, w.period, w.starts_at, w.used, w.reserved, w.count, w.used_cost, w.reserved_cost,"
                    + " w.soft_kinds, l.tokens, l.requests, l.cost, l.soft_percent, l.interactive_percent";

    private static final String WANTED_AT = """
        WITH t AS (SELECT :at::timestamptz AS now),
        d AS (SELECT DISTINCT * FROM unnest(:tenants::text[], :keys::text[], :identities::text[], :models::text[]) u(tenant, key_prefix, identity, model)),
        %s
        """.formatted(WANTED);

    private static final String COUNTERS =
            ", w AS MATERIALIZED (%s) SELECT %s FROM w LEFT JOIN tenant_window l USING (tenant, key_prefix, model,"
                    + " period)";

    private static final String LOCK_AT = WANTED_AT + COUNTERS.formatted(LOCKED, COLUMNS);

    private static final String PRESENT_AT = WANTED_AT + COUNTERS.formatted(PRESENT, COLUMNS);

    private static final String MAKE = WANTED_AT + """
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at)
        SELECT tenant, key_prefix, model, period, starts_at FROM wanted ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING\
        """;

    /** Not for budgets in past windows: without a counter there may be earlier reservations that it would lack. */
    private static final String MAKE_AGAIN = WANTED_AT + """
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at)
        SELECT tenant, key_prefix, model, period, starts_at FROM wanted
        WHERE (key_prefix = '' AND model = '' AND period <> 'hour') OR starts_at >= date_trunc(period, statement_timestamp(), 'UTC')
        ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING\
        """;

    /** The sums of changes, as {@link #sums} has them. */
    private static final String CHANGES = """
        SELECT * FROM unnest(:tenants::text[], :owners::text[], :models::text[], :periods::text[], :starts::timestamptz[], :reserved::bigint[],
                             :used::bigint[], :requests::bigint[], :reservedCosts::numeric[], :usedCosts::numeric[])
               g(tenant, key_prefix, model, period, starts_at, reserved, used, requests, reserved_cost, used_cost)\
        """;

    /** Fails, by its last number, if a window of the whole tenant is missing. */
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
        SELECT CASE WHEN missing = 0 THEN '0' ELSE missing || ' windows are missing' END::integer FROM (
          SELECT (SELECT count(*) FROM c WHERE key_prefix = '' AND model = '' AND period <> 'hour')
               - (SELECT count(*) FROM added WHERE key_prefix = '' AND model = '' AND period <> 'hour') AS missing OFFSET 0) n\
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
     * @param at identifies the windows
     */
    record Change(
            Account account,
            OffsetDateTime at,
            long reserved,
            long used,
            int requests,
            BigDecimal reservedCost,
            BigDecimal usedCost) {}

    /** Creates windows that have just started, those that any of these count in. */
    void make(Collection<Account> accounts, OffsetDateTime now) {
        jdbc.sql(MAKE).params(parameters(accounts, now)).update();
    }

    /** Creates windows that count reservations which a failover has lost, if it has lost them too. Empty ones: without them nothing was reserved there. Past windows have no budgets. */
    void makeAgain(List<Change> reserved) {
        reserved.stream()
                .collect(Collectors.groupingBy(
                        change -> change.at().truncatedTo(ChronoUnit.MINUTES),
                        Collectors.mapping(Change::account, Collectors.toSet())))
                .forEach((at, accounts) ->
                        jdbc.sql(MAKE_AGAIN).params(parameters(accounts, at)).update());
    }

    /** The existing windows of an earlier time; nobody else changes them until the transaction ends. */
    List<QuotaWindow> lockEarlier(Account account, OffsetDateTime at) {
        return query(LOCK_AT, List.of(account), at);
    }

    /** The windows of a point in time that any of these would count in. */
    List<QuotaWindow> at(Collection<Account> accounts, OffsetDateTime at) {
        return query(PRESENT_AT, accounts, at);
    }

    private List<QuotaWindow> query(String sql, Collection<Account> accounts, OffsetDateTime at) {
        return jdbc.sql(sql)
                .params(parameters(accounts, at))
                .query((row, number) -> read(row))
                .list();
    }

    /** Adds changes; those of one window in one step. */
    static SqlStatement add(List<Change> changes) {
        return new SqlStatement(ADD, parameters(changes));
    }

    /** Creates deleted windows again, because an answer was corrected days after it was lost. */
    void restore(List<Change> changes) {
        jdbc.sql(RESTORE).params(parameters(changes)).update();
    }

    /** Records that a soft limit was reported. */
    void told(String tenant, SoftLimit passed) {
        var scope = passed.budget().scope();
        jdbc.sql("UPDATE quota_window SET soft_at = clock_timestamp(), soft_kinds = array_append(soft_kinds, ?)"
                        + " WHERE tenant = ? AND key_prefix = ? AND model = ? AND period = ? AND starts_at = ?")
                .params(
                        passed.kind(),
                        tenant,
                        scope.owner(),
                        scope.model(),
                        passed.budget().period().wire(),
                        passed.startsAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** Deletes short windows that are no longer needed. */
    void prune() {
        jdbc.sql(PRUNE).update();
    }

    static QuotaWindow read(ResultSet row) throws SQLException {
        return new QuotaWindow(
                Budgets.read(row),
                row.getObject("starts_at", OffsetDateTime.class).toInstant(),
                row.getLong("used"),
                row.getLong("reserved"),
                row.getLong("count"),
                row.getBigDecimal("used_cost"),
                row.getBigDecimal("reserved_cost"),
                Set.copyOf(List.of((String[]) row.getArray("soft_kinds").getArray())));
    }

    private static Map<String, Object> parameters(Collection<Account> accounts, OffsetDateTime at) {
        return Map.of(
                "tenants", texts(accounts, Account::tenant),
                "keys", texts(accounts, Account::budgetKey),
                "identities", texts(accounts, Account::identity),
                "models", texts(accounts, Account::model),
                "at", at);
    }

    /** A counter that may exist. */
    private record Counter(String tenant, String owner, String model, Period period, OffsetDateTime startsAt) {}

    /** What changes add to a counter. */
    private record Sum(long reserved, long used, long requests, BigDecimal reservedCost, BigDecimal usedCost) {
        static Sum of(Change change) {
            return new Sum(
                    change.reserved(), change.used(), change.requests(), change.reservedCost(), change.usedCost());
        }

        Sum plus(Sum other) {
            return new Sum(
                    Math.addExact(reserved, other.reserved),
                    Math.addExact(used, other.used),
                    Math.addExact(requests, other.requests),
                    reservedCost.add(other.reservedCost),
                    usedCost.add(other.usedCost));
        }
    }

    /** For all counters that may cover any of the changes. The key of a person with a token is the person, and counts once. */
    private static Map<Counter, Sum> sums(List<Change> changes) {
        var sums = new LinkedHashMap<Counter, Sum>();
        for (Change change : changes) {
            var account = change.account();
            for (String owner : new LinkedHashSet<>(List.of("", account.budgetKey(), account.identity()))) {
                for (String model : new LinkedHashSet<>(List.of("", account.model()))) {
                    for (Period period : Period.values()) {
                        var counter = new Counter(account.tenant(), owner, model, period, period.start(change.at()));
                        sums.merge(counter, Sum.of(change), Sum::plus);
                    }
                }
            }
        }
        return sums;
    }

    private static Map<String, Object> parameters(List<Change> changes) {
        var sums = sums(changes);
        var counters = sums.keySet();
        return Map.of(
                "tenants", texts(counters, Counter::tenant),
                "owners", texts(counters, Counter::owner),
                "models", texts(counters, Counter::model),
                "periods", texts(counters, counter -> counter.period().wire()),
                "starts", texts(counters, counter -> counter.startsAt().toString()),
                "reserved", numbers(sums, Sum::reserved),
                "used", numbers(sums, Sum::used),
                "requests", numbers(sums, Sum::requests),
                "reservedCosts", amounts(sums, Sum::reservedCost),
                "usedCosts", amounts(sums, Sum::usedCost));
    }

    private static Long[] numbers(Map<Counter, Sum> sums, Function<Sum, Long> number) {
        return sums.values().stream().map(number).toArray(Long[]::new);
    }

    private static BigDecimal[] amounts(Map<Counter, Sum> sums, Function<Sum, BigDecimal> amount) {
        return sums.values().stream().map(amount).toArray(BigDecimal[]::new);
    }
}
