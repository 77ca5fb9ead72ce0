package io.baseload.service.quota;

import io.baseload.service.database.LongReads;
import io.baseload.service.database.StatementLimit;
import io.baseload.service.quota.QuotaTerms.Account;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tenants' usage, from the ledger. A sum over many reservations takes long. */
public final class UsageReports {
    private static final String SPENT = """
        SELECT l.tenant, l.model, l.period, c.unit, c.gone / c.most AS share
        FROM tenant_window l
        LEFT JOIN quota_window q ON (q.tenant, q.key_prefix, q.model, q.period) = (l.tenant, l.key_prefix, l.model, l.period)
          AND q.starts_at = date_trunc(l.period, statement_timestamp(), 'UTC')
        CROSS JOIN LATERAL (VALUES
          ('tokens', l.tokens::numeric, coalesce(q.used + q.reserved, 0)::numeric),
          ('requests', l.requests::numeric, coalesce(q.requests, 0)::numeric),
          ('money', l.cost, coalesce(q.used_cost + q.reserved_cost, 0))) c(unit, most, gone)
        WHERE l.key_prefix = '' AND (:all OR l.tenant = :tenant) AND c.gone >= c.most * :share AND c.most > 0
        ORDER BY share DESC, l.tenant, l.model, l.period, c.unit LIMIT :limit\
        """;

    static final StatementLimit LIMIT = new StatementLimit("from", "ask for a shorter time");

    private final JdbcClient jdbc;
    private final LongReads reads;
    private final QuotaWindows windows;

    UsageReports(JdbcClient jdbc, LongReads reads) {
        this.jdbc = jdbc;
        this.reads = reads;
        this.windows = new QuotaWindows(jdbc);
    }

    /**
     * The current windows, and the answers that started in a time span and have ended. If the span is empty, nothing is added up.
     *
     * @param from first moment
     * @param to moment after the last
     * @throws io.baseload.service.database.ReadsBusyException if too many others are asked for
     * @throws io.baseload.service.database.StatementTooLongException if the sum takes too long
     */
    public TenantUsage usage(String tenant, Instant from, Instant to) {
        var byModel = from.isBefore(to) ? reads.read(() -> byModel(tenant, from, to)) : List.<TenantUsage.ByModel>of();
        return new TenantUsage(
                windows(tenant, Scope.TENANT.owner()),
                byModel.stream().mapToLong(TenantUsage.ByModel::requests).sum(),
                byModel.stream().mapToLong(TenantUsage.ByModel::promptTokens).sum(),
                byModel.stream()
                        .mapToLong(TenantUsage.ByModel::completionTokens)
                        .sum(),
                byModel);
    }

    /**
     * The current windows of an owner, without those of others.
     *
     * @param owner as in {@link Scope}
     */
    public List<TenantUsage.Window> windows(String tenant, String owner) {
        var now =
                jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single();
        var accounts = jdbc.sql("SELECT model FROM tenant_window WHERE tenant = ? AND key_prefix = ? UNION SELECT ''")
                .params(tenant, owner)
                .query((row, number) -> new Account(tenant, owner, "", row.getString("model")))
                .list();
        return windows.at(accounts, now).stream()
                .filter(window -> window.budget().scope().owner().equals(owner))
                .sorted(Comparator.comparing(
                                (QuotaWindow window) -> window.budget().scope().model())
                        .thenComparing(window -> window.budget().period()))
                .map(TenantUsage.Window::of)
                .toList();
    }

    /**
     * The budgets of tenants, without those of keys, of which at least a share is used or reserved now, those with the largest share first. Limits of zero are omitted: nothing is used of what is blocked.
     *
     * @param tenant empty = of all
     * @param share as a fraction of 1
     */
    public List<SpentBudget> spent(Optional<String> tenant, double share, int most) {
        return jdbc.sql(SPENT)
                .param("all", tenant.isEmpty())
                .param("tenant", tenant.orElse(""))
                .param("share", BigDecimal.valueOf(share))
                .param("limit", most)
                .query((row, number) -> new SpentBudget(
                        row.getString("tenant"),
                        Optional.of(row.getString("model")).filter(model -> !model.isEmpty()),
                        Period.of(row.getString("period")),
                        row.getString("unit"),
                        row.getDouble("share")))
                .list();
    }

    /**
     * Sums over requests, in the order of the grouping.
     *
     * @param skip number of rows to skip
     * @throws io.baseload.service.database.ReadsBusyException if too many others are asked for
     * @throws io.baseload.service.database.StatementTooLongException if the sum takes too long
     */
    public List<UsageRow> rows(UsageQuery query, int skip, int most) {
        return reads.read(() -> sums(query, skip, most));
    }

    private List<UsageRow> sums(UsageQuery query, int skip, int most) {
        var columns = query.grouping().stream().map(column -> column.sql).toList();
        var places = IntStream.rangeClosed(1, columns.size())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        var named = columns.stream().map(column -> column + ", ").collect(Collectors.joining());
        return jdbc.sql("""
            SELECT %scount(*) AS requests, coalesce(sum(prompt_tokens), 0) AS prompt, coalesce(sum(cached_tokens), 0) AS cached,
              coalesce(sum(completion_tokens), 0) AS completion, sum(cost) AS cost
            FROM reservation
            WHERE made_at >= :from AND made_at < :to AND state IN ('settled', 'lost', 'corrected') AND (:all OR tenant = :tenant)
            %s LIMIT :limit OFFSET :skip\
            """.formatted(named, columns.isEmpty() ? "" : "GROUP BY " + places + " ORDER BY " + places))
                .param("from", query.from().atOffset(ZoneOffset.UTC))
                .param("to", query.to().atOffset(ZoneOffset.UTC))
                .param("all", query.tenant().isEmpty())
                .param("tenant", query.tenant().orElse(""))
                .param("limit", most)
                .param("skip", skip)
                .query((row, number) -> row(query, row))
                .list();
    }

    private static UsageRow row(UsageQuery query, ResultSet row) throws SQLException {
        var of = new EnumMap<UsageQuery.Column, String>(UsageQuery.Column.class);
        int place = 1;
        for (var column : query.grouping()) {
            of.put(column, row.getString(place++));
        }
        return new UsageRow(
                of,
                row.getLong("requests"),
                row.getLong("prompt"),
                row.getLong("cached"),
                row.getLong("completion"),
                Optional.ofNullable(row.getBigDecimal("cost")));
    }

    private List<TenantUsage.ByModel> byModel(String tenant, Instant from, Instant to) {
        return jdbc.sql("""
            SELECT model, count(*), sum(prompt_tokens), sum(completion_tokens) FROM reservation
            WHERE tenant = ? AND made_at >= ? AND made_at < ? AND state IN ('settled', 'lost', 'corrected')
            GROUP BY model ORDER BY model\
            """)
                .params(tenant, from.atOffset(ZoneOffset.UTC), to.atOffset(ZoneOffset.UTC))
                .query((row, number) ->
                        new TenantUsage.ByModel(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                .list();
    }
}
