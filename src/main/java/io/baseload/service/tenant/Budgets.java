package io.baseload.service.tenant;

import io.baseload.service.database.StatementLimit;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code tenant_window}. */
public final class Budgets {
    static final StatementLimit LIMIT =
            new StatementLimit("windows", "set a budget of the month soon after its start, or of a shorter period");

    private final JdbcClient jdbc;
    private final StatementLimit limit;

    Budgets(JdbcClient jdbc) {
        this(jdbc, LIMIT);
    }

    /** @param limit how long the usage so far may be added up */
    Budgets(JdbcClient jdbc, StatementLimit limit) {
        this.jdbc = jdbc;
        this.limit = limit;
    }

    /** Reads the columns of {@code tenant_window}, except the tenant. */
    public static UsageBudget read(ResultSet row) throws SQLException {
        int soft = row.getInt("soft_percent");
        var softPercent = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(soft);
        return new UsageBudget(
                new Scope(row.getString("key_prefix"), row.getString("model")),
                Period.of(row.getString("period")),
                limit(row, "tokens"),
                limit(row, "requests"),
                Optional.ofNullable(row.getBigDecimal("cost")),
                softPercent,
                row.getInt("interactive_percent"));
    }

    /** Budgets of tenants and of models, by tenant, in the order of models and periods; not those of keys and identities. */
    Map<String, List<UsageBudget>> ofTenants(Collection<String> tenants) {
        var windows = new HashMap<String, List<UsageBudget>>();
        jdbc.sql("SELECT * FROM tenant_window WHERE tenant = ANY(:tenants) AND key_prefix = '' ORDER BY tenant, model, "
                        + SHORTEST_FIRST)
                .param("tenants", tenants.toArray(String[]::new))
                .query(row -> {
                    windows.computeIfAbsent(row.getString("tenant"), tenant -> new ArrayList<>())
                            .add(read(row));
                });
        return windows;
    }

    /**
     * Budgets of a key or an identity, in the order of models and periods.
     *
     * @param owner as in {@link Scope}
     */
    List<UsageBudget> of(String tenant, String owner) {
        return jdbc.sql("SELECT * FROM tenant_window WHERE tenant = ? AND key_prefix = ? ORDER BY model, "
                        + SHORTEST_FIRST)
                .params(tenant, owner)
                .query((row, number) -> read(row))
                .list();
    }

    private static final String SHORTEST_FIRST = "array_position(ARRAY['minute', 'hour', 'day', 'month'], period)";

    /**
     * Replaces the budgets of an owner. The caller has locked the tenant's row.
     *
     * @param owner as in {@link Scope}
     * @throws io.baseload.service.database.StatementTooLongException if adding up the usage so far takes too long
     */
    void replace(String tenant, String owner, List<UsageBudget> windows) {
        jdbc.sql("DELETE FROM tenant_window WHERE tenant = ? AND key_prefix = ?")
                .params(tenant, owner)
                .update();
        for (UsageBudget window : windows) {
            jdbc.sql("""
                INSERT INTO tenant_window (tenant, key_prefix, model, period, tokens, requests, cost, soft_percent, interactive_percent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """).params(columns(tenant, owner, window)).update();
        }
        int unused = limit.within(jdbc, () -> beginCounting(tenant));
    }

    private static List<@Nullable Object> columns(String tenant, String owner, UsageBudget window) {
        return Arrays.asList(
                tenant,
                owner,
                window.scope().model(),
                window.period().wire(),
                boxed(window.tokens()),
                boxed(window.requests()),
                window.cost().orElse(null),
                window.softPercent().isPresent() ? (Object) window.softPercent().getAsInt() : null,
                window.interactivePercent());
    }

    /**
     * Creates missing counters of budgets, with the usage of their windows so far. Meanwhile nothing is reserved, because the tenant's row is locked, and nothing is settled,
     * because open reservations are locked too. Later settlements find the counters.
     *
     * @return the number of new counters
     */
    private int beginCounting(String tenant) {
        boolean counted = jdbc.sql("SELECT NOT EXISTS (" + UNCOUNTED + ")")
                .param("tenant", tenant)
                .query(Boolean.class)
                .single();
        if (counted) {
            return 0;
        }
        jdbc.sql("""
            SELECT id FROM reservation WHERE tenant = ? AND state IN ('open', 'lost')
              AND made_at >= date_trunc('month', statement_timestamp(), 'UTC') ORDER BY id FOR UPDATE\
            """).param(tenant).query((row, number) -> 0).list();
        return jdbc.sql(COUNT).param("tenant", tenant).update();
    }

    private static final String UNCOUNTED = """
        SELECT l.tenant, l.key_prefix, l.model, l.period, date_trunc(l.period, statement_timestamp(), 'UTC') AS starts_at
        FROM tenant_window l WHERE l.tenant = :tenant AND NOT EXISTS (
          SELECT FROM quota_window w WHERE w.tenant = l.tenant AND w.key_prefix = l.key_prefix AND w.model = l.model
            AND w.period = l.period AND w.starts_at = date_trunc(l.period, statement_timestamp(), 'UTC'))\
        """;

    /**
     * Reads the reservations once, however many counters are missing: sums for each key, identity, model and shortest present period that has them, which are then added up for the
     * counters that cover them.
     */
    private static final String COUNT = """
        WITH n AS MATERIALIZED (%s),
        present AS MATERIALIZED (
          SELECT date_trunc('minute', statement_timestamp(), 'UTC') AS minute, date_trunc('hour', statement_timestamp(), 'UTC') AS hour,
                 date_trunc('day', statement_timestamp(), 'UTC') AS day, date_trunc('month', statement_timestamp(), 'UTC') AS month),
        r AS MATERIALIZED (
          SELECT coalesce(budget_key, key_prefix) AS key_prefix, coalesce(identity, '') AS identity, model,
                 CASE WHEN made_at >= minute THEN minute WHEN made_at >= hour THEN hour WHEN made_at >= day THEN day ELSE month END AS since,
                 sum(prompt_tokens + completion_tokens) FILTER (WHERE state <> 'open') AS used,
                 sum(tokens) FILTER (WHERE state = 'open') AS reserved, count(*) AS requests,
                 sum(cost) FILTER (WHERE state <> 'open') AS used_cost, sum(reserved_cost) FILTER (WHERE state = 'open') AS reserved_cost
          FROM reservation CROSS JOIN present
          WHERE tenant = :tenant AND state <> 'refused' AND made_at >= (SELECT min(starts_at) FROM n)
          GROUP BY 1, 2, 3, 4)
        INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at, used, reserved, requests, used_cost, reserved_cost)
        SELECT n.tenant, n.key_prefix, n.model, n.period, n.starts_at, coalesce(sum(c.used), 0), coalesce(sum(c.reserved), 0),
               coalesce(sum(c.requests), 0), coalesce(sum(c.used_cost), 0), coalesce(sum(c.reserved_cost), 0)
        FROM n LEFT JOIN (
          SELECT o.owner AS key_prefix, CASE WHEN s.of_model THEN r.model ELSE '' END AS model,
                 r.since, r.used, r.reserved, r.requests, r.used_cost, r.reserved_cost
          FROM r CROSS JOIN LATERAL (SELECT '' UNION SELECT r.key_prefix UNION SELECT r.identity) o(owner)
          CROSS JOIN (VALUES (false), (true)) s(of_model)) c
          ON c.key_prefix = n.key_prefix AND c.model = n.model AND c.since >= n.starts_at
        GROUP BY 1, 2, 3, 4, 5\
        """.formatted(UNCOUNTED);

    /** In the form of the audit trail. */
    static Map<String, Object> described(UsageBudget window) {
        var description = new TreeMap<String, Object>();
        description.put("period", window.period().wire());
        if (!window.scope().model().isEmpty()) {
            description.put("model", window.scope().model());
        }
        window.tokens().ifPresent(tokens -> description.put("tokens", tokens));
        window.requests().ifPresent(requests -> description.put("requests", requests));
        window.cost().ifPresent(cost -> description.put("cost", cost.toPlainString()));
        window.softPercent().ifPresent(percent -> description.put("soft_percent", percent));
        if (window.interactivePercent() > 0) {
            description.put("interactive_percent", window.interactivePercent());
        }
        return description;
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static OptionalLong limit(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
