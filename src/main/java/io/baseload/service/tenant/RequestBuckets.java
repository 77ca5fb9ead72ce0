package io.baseload.service.tenant;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A leaking bucket for each key, in the database, so that all processes together let as many requests through as the key may make. Each request pours in one
 * part of a minute; what is in the bucket leaks out as time goes by, and beyond a whole minute nothing fits. After a pause a key so may make its whole number at once, and then
 * one whenever its part of a minute has passed.
 *
 * <p>The row has the moment at which the bucket will be empty. It costs a statement for each request of such keys, and none of others.
 */
final class RequestBuckets implements RequestRates {
    private static final long MINUTE_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

    private final JdbcClient jdbc;

    RequestBuckets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void count(String keyPrefix, int perMinute) {
        long part = MINUTE_MICROS / perMinute;
        int poured = jdbc.sql("""
            INSERT INTO request_bucket AS bucket VALUES (:key, clock_timestamp() + :part * interval '1 microsecond')
            ON CONFLICT (key_prefix) DO UPDATE SET empty_at = greatest(bucket.empty_at, clock_timestamp()) + :part * interval '1 microsecond'
            WHERE bucket.empty_at + :part * interval '1 microsecond' <= clock_timestamp() + interval '1 minute'\
            """).param("key", keyPrefix).param("part", part).update();
        if (poured == 0) {
            throw new RequestRateExceededException(perMinute, untilThereIsRoom(keyPrefix, part));
        }
    }

    private Duration untilThereIsRoom(String keyPrefix, long part) {
        long micros = jdbc.sql("""
            SELECT coalesce(max(extract(epoch FROM empty_at - clock_timestamp()) * 1000000)::bigint, 0) FROM request_bucket WHERE key_prefix = ?\
            """).param(keyPrefix).query(Long.class).single();
        return Duration.ofNanos(Math.max(1, micros + part - MINUTE_MICROS) * 1000);
    }
}
