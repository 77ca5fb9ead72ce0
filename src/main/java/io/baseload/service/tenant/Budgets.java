package io.baseload.service.tenant;

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
    private final JdbcClient jdbc;

    Budgets(JdbcClient jdbc) {
        this.jdbc = jdbc;
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

    /** Budgets of tenants and of models, by tenant, in the order of models and periods; not those of keys. */
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

    /** Budgets of a key, in the order of models and periods. */
    List<UsageBudget> ofKey(String tenant, String budgetKey) {
        return jdbc.sql("SELECT * FROM tenant_window WHERE tenant = ? AND key_prefix = ? ORDER BY model, "
                        + SHORTEST_FIRST)
                .params(tenant, budgetKey)
                .query((row, number) -> read(row))
                .list();
    }

    private static final String SHORTEST_FIRST = "array_position(ARRAY['minute', 'hour', 'day', 'month'], period)";

    /**
     * Replaces the budgets of a key, or those without a key. The caller has locked the tenant's row.
     *
     * @param key empty = those without a key
     */
    void replace(String tenant, String key, List<UsageBudget> windows) {
        jdbc.sql("DELETE FROM tenant_window WHERE tenant = ? AND key_prefix = ?")
                .params(tenant, key)
                .update();
        for (UsageBudget window : windows) {
            jdbc.sql("""
                INSERT INTO tenant_window (tenant, key_prefix, model, period, tokens, requests, cost, soft_percent, interactive_percent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """).params(columns(tenant, key, window)).update();
        }
        beginCounting(tenant);
    }

    private static List<@Nullable Object> columns(String tenant, String key, UsageBudget window) {
        return Arrays.asList(
                tenant,
                key,
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
     */
    private void beginCounting(String tenant) {
        boolean counted = jdbc.sql("SELECT NOT EXISTS (" + UNCOUNTED + ")")
                .param("tenant", tenant)
                .query(Boolean.class)
                .single();
        if (counted) {
            return;
        }
        jdbc.sql("""
            SELECT id FROM reservation WHERE tenant = ? AND state IN ('open', 'lost')
              AND made_at >= date_trunc('month', clock_timestamp(), 'UTC') ORDER BY id FOR UPDATE\
            """).param(tenant).query((row, number) -> 0).list();
        jdbc.sql("""
            INSERT INTO quota_window (tenant, key_prefix, model, period, starts_at, used, reserved, requests, used_cost, reserved_cost)
            SELECT n.tenant, n.key_prefix, n.model, n.period, n.starts_at,
                   coalesce(sum(r.prompt_tokens + r.completion_tokens) FILTER (WHERE r.state <> 'open'), 0),
                   coalesce(sum(r.tokens) FILTER (WHERE r.state = 'open'), 0), count(r.id),
                   coalesce(sum(r.cost) FILTER (WHERE r.state <> 'open'), 0),
                   coalesce(sum(r.reserved_cost) FILTER (WHERE r.state = 'open'), 0)
            FROM (%s) n
            LEFT JOIN reservation r ON r.tenant = n.tenant AND r.made_at >= n.starts_at AND r.state <> 'refused'
              AND (n.key_prefix = '' OR coalesce(r.budget_key, r.key_prefix) = n.key_prefix) AND (n.model = '' OR r.model = n.model)
            GROUP BY 1, 2, 3, 4, 5\
            """.formatted(UNCOUNTED)).param("tenant", tenant).update();
    }

    private static final String UNCOUNTED = """
        SELECT l.tenant, l.key_prefix, l.model, l.period, date_trunc(l.period, statement_timestamp(), 'UTC') AS starts_at
        FROM tenant_window l WHERE l.tenant = :tenant AND NOT EXISTS (
          SELECT FROM quota_window w WHERE w.tenant = l.tenant AND w.key_prefix = l.key_prefix AND w.model = l.model
            AND w.period = l.period AND w.starts_at = date_trunc(l.period, statement_timestamp(), 'UTC'))\
        """;

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
