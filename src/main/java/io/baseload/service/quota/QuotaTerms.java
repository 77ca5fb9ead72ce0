package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.audit.Person;
import io.baseload.service.database.Pipeline;
import io.baseload.service.database.SqlStatement;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The terms by which demands are decided: limits and running answers of their tenants, the budgets that they count in, the counters of these, and prices. One statement reads them all. */
final class QuotaTerms {
    private static final String TENANTS = "SELECT id FROM tenant WHERE id = ANY(:tenants)";

    private static final String SKIP_LOCKED = " FOR NO KEY UPDATE SKIP LOCKED";

    private static final String PRESENT = terms("", QuotaWindows.PRESENT);

    /** The tenants are locked again: they are those that the statement before has locked, or more. */
    private static final String LOCKED = terms(SKIP_LOCKED, QuotaWindows.LOCKED);

    /** The kinds of demands ({@code k}), tenants ({@code s}), and counters ({@code w}); a kind has a row for each counter that it counts in, or one without a counter. */
    private static String terms(String lock, String counters) {
        return """
            WITH t AS MATERIALIZED (SELECT coalesce(nullif(:at, '')::timestamptz, clock_timestamp()) AS now),
            k AS MATERIALIZED (
              SELECT u.tenant, u.key_prefix AS asked_key, coalesce(a.budget_key, u.key_prefix) AS key_prefix,
                     coalesce(a.identity, CASE WHEN starts_with(u.key_prefix, '%s') THEN u.key_prefix END, '') AS identity, u.model
              FROM unnest(:kinds::text[], :keys::text[], :models::text[]) u(tenant, key_prefix, model)
              LEFT JOIN api_key a ON a.prefix = u.key_prefix),
            s AS MATERIALIZED (SELECT id, max_concurrent FROM tenant WHERE id = ANY(:tenants)%s),
            d AS (SELECT DISTINCT k.tenant, k.key_prefix, k.identity, k.model FROM k JOIN s ON s.id = k.tenant),
            %s,
            w AS MATERIALIZED (%s)
            SELECT k.tenant, k.asked_key, k.key_prefix AS budget_key, k.identity, k.model AS asked_model, t.now, s.max_concurrent,
                   coalesce(r.running, 0) AS running, p.valid_from, p.prompt, p.cached, p.completion, (SELECT count(*) FROM wanted x WHERE x.tenant = k.tenant) AS wanted, %s
            FROM k CROSS JOIN t LEFT JOIN s ON s.id = k.tenant
            LEFT JOIN (SELECT tenant, sum(answers) AS running FROM reservation WHERE state = 'open' AND tenant = ANY(:tenants) GROUP BY tenant) r
              ON r.tenant = k.tenant
            LEFT JOIN LATERAL (
              SELECT * FROM price WHERE price.model = k.model AND valid_from <= t.now ORDER BY valid_from DESC LIMIT 1) p ON true
            LEFT JOIN w ON w.tenant = k.tenant AND w.key_prefix IN ('', k.key_prefix, k.identity) AND w.model IN ('', k.model)
            LEFT JOIN tenant_window l ON (l.tenant, l.key_prefix, l.model, l.period) = (w.tenant, w.key_prefix, w.model, w.period)\
            """.formatted(Person.ID, lock, QuotaWindows.WANTED, counters, QuotaWindows.COLUMNS);
    }

    private final JdbcClient jdbc;
    private final Pipeline pipeline;

    QuotaTerms(JdbcClient jdbc, Pipeline pipeline) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
    }

    /** Requests that are decided in the same way. */
    record Kind(String tenant, String keyPrefix, String model) {
        static Kind of(QuotaDemand demand) {
            return new Kind(demand.tenant(), demand.keyPrefix(), demand.model());
        }
    }

    /**
     * Where a request counts.
     *
     * @param budgetKey the first of the line of keys; for a person with a token the person's id
     * @param identity the person or the service account whose token or key it is; empty = the tenant's own key
     */
    record Account(String tenant, String budgetKey, String identity, String model) {
        boolean isIn(Scope scope) {
            return scope.covers(budgetKey, identity, model);
        }
    }

    /**
     * @param price empty if the model has none
     * @param running answers of the tenant
     */
    record Terms(Account account, Optional<Price> price, long running, OffsetDateTime now) {
        Optional<BigDecimal> cost(long promptTokens, long completionTokens) {
            return price.map(known -> known.most(promptTokens, completionTokens));
        }

        Terms at(OffsetDateTime time) {
            return new Terms(account, price, running, time);
        }
    }

    /** Those of these tenants that exist. */
    Set<String> existing(Collection<String> tenants) {
        return ids(TENANTS, tenants);
    }

    /** Those that exist and that nobody else has locked; nobody else reserves anything of them until the transaction ends. */
    Set<String> lock(Collection<String> tenants) {
        return ids(TENANTS + SKIP_LOCKED, tenants);
    }

    private Set<String> ids(String sql, Collection<String> tenants) {
        return jdbc.sql(sql)
                .param("tenants", tenants.toArray(String[]::new))
                .query((row, number) -> row.getString("id"))
                .set();
    }

    /** The present terms, with the counters as they are. Locks nothing. */
    Found present(List<QuotaDemand> demands) {
        var found = new Found();
        var kinds = kinds(demands);
        jdbc.sql(PRESENT).params(parameters(kinds, "")).query(found);
        return found;
    }

    /**
     * The present terms of tenants that exist and that nobody else has locked; nobody else reserves anything of these, or changes the counters, until the transaction ends. Counters
     * may be missing. The terms are read by a statement of its own, after the one that locks the tenants, so that its view and its time are later than the locks. It also locks tenants that
     * have become free meanwhile, but they don't count.
     */
    Found lockPresent(List<QuotaDemand> demands) {
        var kinds = kinds(demands);
        var locked = new HashSet<String>();
        var found = new Found();
        pipeline.run(List.of(
                new SqlStatement(
                        TENANTS + SKIP_LOCKED,
                        Map.of("tenants", texts(kinds, Kind::tenant)),
                        row -> locked.add(row.getString("id"))),
                new SqlStatement(LOCKED, parameters(kinds, ""), found)));
        return found.only(locked);
    }

    /**
     * The same again, with the same time and for tenants that this transaction has locked. For no others, even if they are free now: their counters come before ones that are locked
     * already.
     */
    Found lockAgain(Found before) {
        var found = new Found();
        var locked = before.terms.keySet().stream()
                .filter(kind -> before.limits.containsKey(kind.tenant()))
                .toList();
        jdbc.sql(LOCKED).params(parameters(locked, before.now().toString())).query(found);
        before.terms.forEach(found.terms::putIfAbsent);
        return found;
    }

    private static Set<Kind> kinds(List<QuotaDemand> demands) {
        var kinds = new LinkedHashSet<Kind>();
        demands.forEach(demand -> kinds.add(Kind.of(demand)));
        return kinds;
    }

    /** @param at empty = now */
    private static Map<String, Object> parameters(Collection<Kind> kinds, String at) {
        return Map.of(
                "at", at,
                "kinds", texts(kinds, Kind::tenant),
                "tenants", kinds.stream().map(Kind::tenant).distinct().toArray(String[]::new),
                "keys", texts(kinds, Kind::keyPrefix),
                "models", texts(kinds, Kind::model));
    }

    /** What was found for demands, by the same moment. */
    static final class Found implements RowCallbackHandler {
        /** The most answers of each tenant at a time. */
        private final Map<String, Integer> limits = new HashMap<>();

        private final Map<Kind, Terms> terms = new HashMap<>();
        private final Map<String, Set<QuotaWindow>> windows = new HashMap<>();
        private final Map<String, Integer> wanted = new HashMap<>();

        @Override
        public void processRow(ResultSet row) throws SQLException {
            var kind = new Kind(row.getString("tenant"), row.getString("asked_key"), row.getString("asked_model"));
            if (!terms.containsKey(kind)) {
                terms.put(kind, terms(row, kind.model()));
            }
            int maxConcurrent = row.getInt("max_concurrent");
            if (!row.wasNull()) {
                limits.put(kind.tenant(), maxConcurrent);
            }
            if (row.getString("period") != null) {
                windows.computeIfAbsent(kind.tenant(), tenant -> new LinkedHashSet<>())
                        .add(QuotaWindows.read(row));
            }
            wanted.put(kind.tenant(), row.getInt("wanted"));
        }

        private Found only(Set<String> tenants) {
            limits.keySet().retainAll(tenants);
            return this;
        }

        /** Whether no counter of these tenants is missing. */
        boolean isComplete() {
            return limits.keySet().stream()
                    .allMatch(
                            tenant -> windows.getOrDefault(tenant, Set.of()).size() == wanted.getOrDefault(tenant, 0));
        }

        OffsetDateTime now() {
            return terms.values().iterator().next().now();
        }

        Terms terms(QuotaDemand demand) {
            return Objects.requireNonNull(terms.get(Kind.of(demand)));
        }

        /** Existing tenants; of those that were to be locked, those that are. */
        Set<String> tenants() {
            return limits.keySet();
        }

        /** Of these tenants. */
        List<Account> accounts() {
            return terms.values().stream()
                    .map(Terms::account)
                    .filter(account -> limits.containsKey(account.tenant()))
                    .toList();
        }

        /** Empty if there is no such tenant. */
        Optional<TenantRoom> room(QuotaDemand demand) {
            var present = terms(demand);
            return Optional.ofNullable(limits.get(demand.tenant()))
                    .map(limit -> new TenantRoom(
                            windows.getOrDefault(demand.tenant(), Set.of()),
                            limit,
                            present.running(),
                            present.now().toInstant()));
        }

        private static Terms terms(ResultSet row, String model) throws SQLException {
            var account =
                    new Account(row.getString("tenant"), row.getString("budget_key"), row.getString("identity"), model);
            return new Terms(account, price(row, model), row.getLong("running"), now(row));
        }

        private static OffsetDateTime now(ResultSet row) throws SQLException {
            return row.getObject("now", OffsetDateTime.class);
        }

        private static Optional<Price> price(ResultSet row, String model) throws SQLException {
            return row.getBigDecimal("prompt") == null ? Optional.empty() : Optional.of(Prices.read(row, model));
        }
    }
}
