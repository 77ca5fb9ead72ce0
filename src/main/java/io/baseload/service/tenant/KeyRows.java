package io.baseload.service.tenant;

import io.baseload.service.audit.Person;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads and writes the columns of keys and identities. */
final class KeyRows {
    private KeyRows() {}

    static ApiKey key(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString("prefix"),
                row.getString("tenant"),
                Optional.ofNullable(row.getString("identity")),
                rights(row),
                time(row, "created_at").orElseThrow(),
                time(row, "revoked_at"),
                time(row, "last_used_at"),
                row.getBoolean("replaced"));
    }

    static ApiKey.Rights rights(ResultSet row) throws SQLException {
        int perMinute = row.getInt("requests_per_minute");
        return new ApiKey.Rights(
                roles(row, "roles"),
                texts(row, "models"),
                Priority.of(row.getString("priority")),
                new KeyLimits(
                        perMinute == 0 ? OptionalInt.empty() : OptionalInt.of(perMinute), texts(row, "addresses")),
                time(row, "expires_at"));
    }

    /** In the order roles, models, priority, requests_per_minute, addresses, expires_at. */
    static List<@Nullable Object> columns(ApiKey.Rights rights) {
        var perMinute = rights.limits().requestsPerMinute();
        return Arrays.asList(
                wire(rights.roles()),
                rights.models().toArray(String[]::new),
                rights.priority().wire(),
                perMinute.isPresent() ? (Integer) perMinute.getAsInt() : null,
                rights.limits().addresses().toArray(String[]::new),
                rights.expiresAt().map(Timestamp::from).orElse(null));
    }

    static String[] wire(Set<Role> roles) {
        return roles.stream().map(Role::wire).toArray(String[]::new);
    }

    static Optional<Person> person(ResultSet row) throws SQLException {
        String issuer = row.getString("issuer");
        return issuer == null ? Optional.empty() : Optional.of(new Person(issuer, row.getString("subject")));
    }

    static Set<Role> roles(ResultSet row, String column) throws SQLException {
        return texts(row, column).stream().map(Role::of).collect(Collectors.toUnmodifiableSet());
    }

    static Set<String> texts(ResultSet row, String column) throws SQLException {
        return Set.copyOf(Arrays.asList((String[]) row.getArray(column).getArray()));
    }

    static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** A tenant's limit for waits; empty = the service's setting. */
    static Optional<Duration> maxWait(ResultSet row) throws SQLException {
        return Optional.ofNullable(row.getObject("max_wait_ms", Long.class)).map(Duration::ofMillis);
    }

    /** Until the transaction ends nobody can delete it. */
    static void requireTenant(JdbcClient jdbc, String tenant) {
        var found = jdbc.sql("SELECT id FROM tenant WHERE id = ? FOR KEY SHARE")
                .param(tenant)
                .query(String.class)
                .optional();
        if (found.isEmpty()) {
            throw new UnknownTenantException(tenant);
        }
    }
}
