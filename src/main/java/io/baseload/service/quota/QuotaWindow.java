package io.baseload.service.quota;

import io.baseload.service.tenant.Period;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/** A tenant's calendar window: its limits and what is gone of them. */
record QuotaWindow(
        Period period,
        Instant startsAt,
        OptionalLong tokenLimit,
        OptionalLong requestLimit,
        long used,
        long reserved,
        long requests) {

    static QuotaWindow read(ResultSet row, int number) throws SQLException {
        return new QuotaWindow(
                Period.of(row.getString("period")),
                row.getObject("starts_at", OffsetDateTime.class).toInstant(),
                limit(row, "token_limit"),
                limit(row, "request_limit"),
                row.getLong("used"),
                row.getLong("reserved"),
                row.getLong("requests"));
    }

    Instant endsAt() {
        var start = startsAt.atOffset(ZoneOffset.UTC);
        return switch (period) {
            case MINUTE -> start.plusMinutes(1).toInstant();
            case DAY -> start.plusDays(1).toInstant();
            case MONTH -> start.plusMonths(1).toInstant();
        };
    }

    boolean refusesTokens(long tokens) {
        return tokenLimit.isPresent() && used + reserved + tokens > tokenLimit.getAsLong();
    }

    boolean refusesRequest() {
        return requestLimit.isPresent() && requests + 1 > requestLimit.getAsLong();
    }

    /** After one more request. */
    QuotaWindow with(long tokens) {
        return new QuotaWindow(period, startsAt, tokenLimit, requestLimit, used, reserved + tokens, requests + 1);
    }

    private static OptionalLong limit(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
