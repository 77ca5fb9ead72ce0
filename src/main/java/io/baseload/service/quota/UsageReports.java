package io.baseload.service.quota;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What tenants have used, from the ledger. */
public final class UsageReports {
    private final JdbcClient jdbc;
    private final QuotaWindows windows;

    public UsageReports(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.windows = new QuotaWindows(jdbc);
    }

    /**
     * The present windows, and the answers that were begun in a span of time and have ended.
     *
     * @param from first moment
     * @param to moment after the last
     */
    public TenantUsage usage(String tenant, Instant from, Instant to) {
        var byModel = byModel(tenant, from, to);
        return new TenantUsage(
                windows(tenant),
                byModel.stream().mapToLong(TenantUsage.ByModel::requests).sum(),
                byModel.stream().mapToLong(TenantUsage.ByModel::promptTokens).sum(),
                byModel.stream()
                        .mapToLong(TenantUsage.ByModel::completionTokens)
                        .sum(),
                byModel);
    }

    private List<TenantUsage.Window> windows(String tenant) {
        var now =
                jdbc.sql("SELECT clock_timestamp()").query(OffsetDateTime.class).single();
        return windows.at(List.of(tenant), now).getOrDefault(tenant, List.of()).stream()
                .map(window -> new TenantUsage.Window(
                        window.period(), window.startsAt(), window.tokenLimit(), window.used(), window.reserved()))
                .toList();
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
