package io.baseload.service.quota;

import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code quota_window}. Each statement touches a tenant's windows in the same order (day, minute, month), so that two can't lock each other out. */
final class QuotaWindows {
    /** How many windows a moment lies in. */
    static final int COUNT = 3;

    /** A row that does not exist yet is made; one whose limits leave no room is left as it is, and does not come back. */
    private static final String TAKE = """
        INSERT INTO quota_window AS w (tenant, period, starts_at, token_limit, request_limit, reserved, requests)
        SELECT :tenant, p.period, date_trunc(p.period, :at::timestamptz, 'UTC'), l.tokens, l.requests, :tokens, :requests
        FROM (VALUES ('day'), ('minute'), ('month')) p(period)
        LEFT JOIN tenant_window l ON l.tenant = :tenant AND l.period = p.period
        WHERE (l.tokens IS NULL OR :tokens <= l.tokens) AND (l.requests IS NULL OR :requests <= l.requests)
        ORDER BY p.period
        ON CONFLICT (tenant, period, starts_at) DO UPDATE SET
          token_limit = EXCLUDED.token_limit,
          request_limit = EXCLUDED.request_limit,
          reserved = w.reserved + EXCLUDED.reserved,
          requests = w.requests + EXCLUDED.requests
        WHERE (EXCLUDED.token_limit IS NULL OR w.used + w.reserved + EXCLUDED.reserved <= EXCLUDED.token_limit)
          AND (EXCLUDED.requests = 0 OR EXCLUDED.request_limit IS NULL OR w.requests + EXCLUDED.requests <= EXCLUDED.request_limit)
        RETURNING period, starts_at, token_limit, request_limit, used, reserved, requests\
        """;

    private static final String GIVE_BACK = """
        WITH w AS MATERIALIZED (
          SELECT tenant, period, starts_at FROM quota_window
          WHERE tenant = :tenant AND starts_at = date_trunc(period, :at::timestamptz, 'UTC')
          ORDER BY period FOR UPDATE)
        UPDATE quota_window q
        SET reserved = q.reserved - :reserved, used = q.used + :used, requests = q.requests - :requests
        FROM w WHERE (q.tenant, q.period, q.starts_at) = (w.tenant, w.period, w.starts_at)\
        """;

    private static final String PRESENT = """
        SELECT p.period, date_trunc(p.period, :at::timestamptz, 'UTC') AS starts_at, l.tokens AS token_limit, l.requests AS request_limit,
               coalesce(w.used, 0) AS used, coalesce(w.reserved, 0) AS reserved, coalesce(w.requests, 0) AS requests
        FROM (VALUES ('minute'), ('day'), ('month')) p(period)
        LEFT JOIN tenant_window l ON l.tenant = :tenant AND l.period = p.period
        LEFT JOIN quota_window w
          ON w.tenant = :tenant AND w.period = p.period AND w.starts_at = date_trunc(p.period, :at::timestamptz, 'UTC')\
        """;

    private final JdbcClient jdbc;

    QuotaWindows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Reserves in each window of the moment that has room; all have if {@link #COUNT} come back. Else the transaction must be rolled back. */
    List<QuotaWindow> take(String tenant, OffsetDateTime at, long tokens, int requests) {
        return jdbc.sql(TAKE)
                .param("tenant", tenant)
                .param("at", at)
                .param("tokens", tokens)
                .param("requests", requests)
                .query(QuotaWindow::read)
                .list();
    }

    /** Turns what was reserved into what was used; {@code requests} are uncounted. */
    void settle(String tenant, OffsetDateTime at, long reserved, long used, int requests) {
        int rows = jdbc.sql(GIVE_BACK)
                .param("tenant", tenant)
                .param("at", at)
                .param("reserved", reserved)
                .param("used", used)
                .param("requests", requests)
                .update();
        if (rows != COUNT) {
            throw new IllegalStateException(rows + " of " + COUNT + " windows of " + tenant + " at " + at + " exist");
        }
    }

    /** The windows of a moment with the limits of now. */
    List<QuotaWindow> at(String tenant, OffsetDateTime at) {
        return jdbc.sql(PRESENT)
                .param("tenant", tenant)
                .param("at", at)
                .query(QuotaWindow::read)
                .list();
    }

    /** Forgets minutes that nobody asks about any more. */
    void prune() {
        jdbc.sql("DELETE FROM quota_window WHERE period = 'minute' AND reserved = 0 AND starts_at <"
                        + " clock_timestamp() - interval '2 days'")
                .update();
    }
}
