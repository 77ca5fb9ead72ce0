package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The terms by which demands are decided: limits and running answers of their tenants, the budgets that they count in, and their prices. */
final class QuotaTerms {
    private static final String TENANTS = "SELECT id, max_concurrent, max_wait_ms FROM tenant WHERE id = ANY(:ids)";

    private final JdbcClient jdbc;

    QuotaTerms(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Limits(int maxConcurrent, Optional<Duration> maxWait) {}

    /** Requests that are decided in the same way. */
    record Kind(String tenant, String keyPrefix, String model) {
        static Kind of(QuotaDemand demand) {
            return new Kind(demand.tenant(), demand.keyPrefix(), demand.model());
        }

        Kind countedAs(String budgetKey) {
            return new Kind(tenant, budgetKey, model);
        }
    }

    /**
     * @param budgetKey the first of the line of keys
     * @param price empty if the model has none
     * @param running answers of the tenant
     */
    record Terms(String budgetKey, Optional<Price> price, long running, OffsetDateTime now) {
        Optional<BigDecimal> cost(long promptTokens, long completionTokens) {
            return price.map(known -> known.most(promptTokens, completionTokens));
        }

        Terms at(OffsetDateTime time) {
            return new Terms(budgetKey, price, running, time);
        }
    }

    /** Existing tenants, by id. */
    Map<String, Limits> tenants(Collection<String> ids) {
        return tenants(TENANTS, ids);
    }

    /** The same, without those whose rows somebody else has locked; nobody else reserves anything of these tenants until the transaction ends. */
    Map<String, Limits> lockTenants(Collection<String> ids) {
        return tenants(TENANTS + " FOR NO KEY UPDATE SKIP LOCKED", ids);
    }

    private Map<String, Limits> tenants(String sql, Collection<String> ids) {
        var limits = new HashMap<String, Limits>();
        jdbc.sql(sql).param("ids", ids.toArray(String[]::new)).query(row -> {
            limits.put(row.getString("id"), new Limits(row.getInt("max_concurrent"), maxWait(row)));
        });
        return limits;
    }

    private static Optional<Duration> maxWait(ResultSet row) throws SQLException {
        long millis = row.getLong("max_wait_ms");
        return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
    }

    /** The current terms. A separate statement after the tenants' rows were locked, so that its view and its time are later than the locks. */
    Map<Kind, Terms> of(List<QuotaDemand> demands) {
        var kinds = new HashSet<Kind>();
        demands.forEach(demand -> kinds.add(Kind.of(demand)));
        var terms = new HashMap<Kind, Terms>();
        jdbc.sql("""
            SELECT u.tenant, u.key_prefix, u.model, coalesce(k.budget_key, u.key_prefix) AS budget_key, p.valid_from, p.prompt, p.cached,
                   p.completion, coalesce(r.running, 0) AS running, t.now
            FROM (SELECT clock_timestamp() AS now OFFSET 0) t
            CROSS JOIN unnest(:tenants::text[], :keys::text[], :models::text[]) u(tenant, key_prefix, model)
            LEFT JOIN api_key k ON k.prefix = u.key_prefix
            LEFT JOIN (SELECT tenant, sum(answers) AS running FROM reservation WHERE state = 'open' AND tenant = ANY(:tenants) GROUP BY tenant) r
              ON r.tenant = u.tenant
            LEFT JOIN LATERAL (
              SELECT * FROM price WHERE price.model = u.model AND valid_from <= t.now ORDER BY valid_from DESC LIMIT 1) p ON true\
            """)
                .param("tenants", texts(kinds, Kind::tenant))
                .param("keys", texts(kinds, Kind::keyPrefix))
                .param("models", texts(kinds, Kind::model))
                .query(row -> {
                    var kind = new Kind(row.getString("tenant"), row.getString("key_prefix"), row.getString("model"));
                    terms.put(kind, read(row));
                });
        return terms;
    }

    private static Terms read(ResultSet row) throws SQLException {
        return new Terms(
                row.getString("budget_key"),
                row.getBigDecimal("prompt") == null ? Optional.empty() : Optional.of(Prices.read(row)),
                row.getLong("running"),
                row.getObject("now", OffsetDateTime.class));
    }
}
