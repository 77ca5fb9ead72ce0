package io.baseload.service.tenant;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A leaky bucket for each line of keys that replace each other, in the database, so that all processes together admit as many requests as the key may make, also while its predecessor is still valid. Each request adds its fraction of a minute; the bucket
 * drains as time passes, and holds at most one minute. So after a pause a key may make its whole number at once, and then one each time its fraction of a minute has passed.
 *
 * <p>The row has the time at which the bucket will be empty, at most a minute from now. If it is more than two minutes from now, the database's clock was set back, and the
 * bucket counts as empty. It costs one statement for each request with such a key, and none for others.
 */
final class RequestBuckets implements RequestRates {
    private static final long MINUTE_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

    private final JdbcClient jdbc;

    RequestBuckets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Duration count(String keyPrefix, int perMinute) {
        long part = MINUTE_MICROS / perMinute;
        return jdbc.sql("""
            INSERT INTO request_bucket AS bucket
            SELECT coalesce(budget_key, prefix), clock_timestamp() + :part * interval '1 microsecond' FROM api_key WHERE prefix = :key
            ON CONFLICT (key_prefix) DO UPDATE SET empty_at = :part * interval '1 microsecond'
              + CASE WHEN bucket.empty_at BETWEEN clock_timestamp() AND clock_timestamp() + interval '2 minutes'
                     THEN bucket.empty_at ELSE clock_timestamp() END
            WHERE bucket.empty_at + :part * interval '1 microsecond' <= clock_timestamp() + interval '1 minute'
              OR bucket.empty_at > clock_timestamp() + interval '2 minutes'
            RETURNING (extract(epoch FROM empty_at - clock_timestamp()) * 1000000)::bigint\
            """)
                .param("key", keyPrefix)
                .param("part", part)
                .query(Long.class)
                .optional()
                .map(micros -> Duration.ofNanos(Math.max(0, micros) * 1000))
                .orElseThrow(() -> new RequestRateExceededException(perMinute, untilThereIsRoom(keyPrefix, part)));
    }

    private Duration untilThereIsRoom(String keyPrefix, long part) {
        long micros = jdbc.sql("""
            SELECT coalesce(max(extract(epoch FROM empty_at - clock_timestamp()) * 1000000)::bigint, 0)
            FROM request_bucket b JOIN api_key k ON b.key_prefix = coalesce(k.budget_key, k.prefix) WHERE k.prefix = ?\
            """).param(keyPrefix).query(Long.class).single();
        return Duration.ofNanos(Math.max(1, micros + part - MINUTE_MICROS) * 1000);
    }
}
