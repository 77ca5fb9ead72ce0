package io.baseload.service.cluster;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The rows of {@code instance}. Times are the database's. */
public final class Instances {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;
    private final Duration lease;

    /** @param lease how long a process counts as alive without a sign of life */
    Instances(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    Duration lease() {
        return lease;
    }

    /** The living processes, in the order of their ids as text. */
    public List<Instance> live() {
        return jdbc.sql("""
            SELECT *, (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::bigint AS silent_ms
            FROM instance WHERE lease_end >= clock_timestamp() ORDER BY id\
            """).query(Instances::read).list();
    }

    /** Ends the leases that were not renewed, so that the requests of their processes can be settled. */
    public int expire() {
        return jdbc.sql("DELETE FROM instance WHERE lease_end < clock_timestamp()")
                .update();
    }

    /** Ends the lease of an earlier run in the same home, which is gone: only one run at a time uses a home. */
    void succeed(UUID home) {
        jdbc.sql("DELETE FROM instance WHERE home = ?").param(home).update();
    }

    void join(UUID id, UUID home, InstanceReport report) {
        jdbc.sql("""
            INSERT INTO instance (id, home, version, address, started_at, seen_at, lease_end, engine, models, aliases)
            VALUES (:id, :home, :version, :address, clock_timestamp(), clock_timestamp(), clock_timestamp() + :lease * interval '1 ms',
                    :engine, :models::jsonb, :aliases::jsonb)\
            """)
                .param("id", id)
                .param("home", home)
                .param("version", report.version())
                .param("address", report.address())
                .param("lease", lease.toMillis())
                .param("engine", report.hasEngine())
                .param("models", JSON.writeValueAsString(report.models()))
                .param("aliases", JSON.writeValueAsString(report.aliases()))
                .update();
    }

    /** Renews a lease; false if others have ended it. */
    boolean renew(UUID id, InstanceReport report) {
        return jdbc.sql("""
            UPDATE instance SET seen_at = clock_timestamp(), lease_end = clock_timestamp() + :lease * interval '1 ms',
              version = :version, address = :address, engine = :engine, models = :models::jsonb, aliases = :aliases::jsonb
            WHERE id = :id\
            """)
                        .param("id", id)
                        .param("version", report.version())
                        .param("address", report.address())
                        .param("lease", lease.toMillis())
                        .param("engine", report.hasEngine())
                        .param("models", JSON.writeValueAsString(report.models()))
                        .param("aliases", JSON.writeValueAsString(report.aliases()))
                        .update()
                == 1;
    }

    void leave(UUID id) {
        jdbc.sql("DELETE FROM instance WHERE id = ?").param(id).update();
    }

    private static Instance read(ResultSet row, int number) throws SQLException {
        return new Instance(
                row.getObject("id", UUID.class),
                row.getString("version"),
                row.getString("address"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                row.getObject("seen_at", OffsetDateTime.class).toInstant(),
                Duration.ofMillis(row.getLong("silent_ms")),
                row.getBoolean("engine"),
                JSON.readValue(row.getString("models"), new TypeReference<>() {}),
                JSON.readValue(row.getString("aliases"), new TypeReference<>() {}));
    }
}
