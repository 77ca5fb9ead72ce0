package io.baseload.service.routing;

import io.baseload.service.routing.Canary.Arm;
import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.Canary.State;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The tables of canaries and of the results of their requests, in all processes together. */
@Component
final class CanaryRows {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;

    CanaryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<Canary> running() {
        return jdbc.sql("SELECT * FROM canary WHERE state = 'RUNNING'")
                .query((row, number) -> read(row))
                .list();
    }

    Optional<Canary> find(String alias) {
        return jdbc.sql("SELECT * FROM canary WHERE alias = ?")
                .param(alias)
                .query((row, number) -> read(row))
                .optional();
    }

    private static Canary read(ResultSet row) throws SQLException {
        return new Canary(
                row.getString("alias"),
                row.getString("model"),
                Optional.ofNullable(row.getString("backend")),
                new Rule(
                        row.getInt("percent"),
                        row.getLong("min_requests"),
                        row.getDouble("max_error_rate"),
                        row.getDouble("max_latency_ratio")),
                State.valueOf(row.getString("state")),
                row.getString("reason"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("ended_at", OffsetDateTime.class)));
    }

    private static OffsetDateTime started(Canary canary) {
        return OffsetDateTime.ofInstant(canary.startedAt(), ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** Replaces an earlier one of the same name that has ended. */
    void start(Canary canary) {
        jdbc.sql("DELETE FROM canary WHERE alias = ?").param(canary.alias()).update();
        jdbc.sql("INSERT INTO canary VALUES (:alias, :model, :backend, :percent, :min, :errors, :latency, 'RUNNING',"
                        + " '', :started)")
                .param("alias", canary.alias())
                .param("model", canary.model())
                .param("backend", canary.backend().orElse(null))
                .param("percent", canary.rule().percent())
                .param("min", canary.rule().minRequests())
                .param("errors", canary.rule().maxErrorRate())
                .param("latency", canary.rule().maxLatencyRatio())
                .param("started", started(canary))
                .update();
    }

    /** @return false if it does not run, for example because another process has ended it */
    boolean end(Canary canary, State state, String reason) {
        return jdbc.sql("UPDATE canary SET state = :state, reason = :reason, ended_at = clock_timestamp()"
                                + " WHERE alias = :alias AND started_at = :started AND state = 'RUNNING'")
                        .param("state", state.name())
                        .param("reason", reason)
                        .param("alias", canary.alias())
                        .param("started", started(canary))
                        .update()
                == 1;
    }

    /** Adds the counts of this process; those of a canary that has ended are dropped. */
    void add(Canary canary, Arm arm, CanaryCount count) {
        jdbc.sql("""
            INSERT INTO canary_count AS old (alias, arm, answers, errors, tenants, waits)
            SELECT alias, :arm, :answers, :errors, :tenants::jsonb, :waits FROM canary
            WHERE alias = :alias AND started_at = :started AND state = 'RUNNING'
            ON CONFLICT (alias, arm) DO UPDATE SET answers = old.answers + excluded.answers,
              errors = old.errors + excluded.errors,
              tenants = (SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('answers', answers, 'errors', errors)), '{}')
                FROM (SELECT key, sum((value ->> 'answers')::bigint) AS answers, sum((value ->> 'errors')::bigint) AS errors
                  FROM (SELECT * FROM jsonb_each(old.tenants) UNION ALL SELECT * FROM jsonb_each(excluded.tenants)) counted
                  GROUP BY key) sums),
              waits = (SELECT array_agg(a + b ORDER BY place)
                       FROM unnest(old.waits, excluded.waits) WITH ORDINALITY t(a, b, place))\
            """)
                .param("alias", canary.alias())
                .param("started", started(canary))
                .param("arm", arm.name())
                .param("answers", count.answers())
                .param("errors", count.errors())
                .param("tenants", JSON.writeValueAsString(arm == Arm.CANARY ? count.tenants() : Map.of()))
                .param("waits", Arrays.stream(count.waits()).boxed().toArray(Long[]::new))
                .update();
    }

    Map<Arm, CanaryCount> counts(String alias) {
        Map<Arm, CanaryCount> counts = new EnumMap<>(Arm.class);
        for (Arm arm : Arm.values()) {
            counts.put(arm, CanaryCount.none());
        }
        jdbc.sql("SELECT * FROM canary_count WHERE alias = ?")
                .param(alias)
                .query((row, number) -> counts.put(
                        Arm.valueOf(row.getString("arm")),
                        new CanaryCount(
                                row.getLong("answers"),
                                row.getLong("errors"),
                                JSON.readValue(row.getString("tenants"), new TypeReference<>() {}),
                                waits(row.getArray("waits")))))
                .list();
        return counts;
    }

    private static long[] waits(Array array) throws SQLException {
        Long[] values = (Long[]) array.getArray();
        return Arrays.copyOf(Arrays.stream(values).mapToLong(Long::longValue).toArray(), CanaryCount.STEPS);
    }
}
