package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The keys. Each question is looked up in the database, so that a revocation holds from the next request on. */
public final class ApiKeys {
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final Map<String, Instant> uses = new ConcurrentHashMap<>();

    public ApiKeys(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
    }

    /**
     * Whose key this is; empty if it is unknown, revoked or expired.
     *
     * @throws org.springframework.dao.DataAccessException if the database can't be asked
     */
    public Optional<Caller> authenticate(String bearer) {
        if (!KeySecret.isPlausible(bearer)) {
            return Optional.empty();
        }
        var secret = new KeySecret(bearer);
        var found = jdbc.sql("""
            SELECT tenant, weight, prefix, roles, models, priority FROM api_key JOIN tenant ON tenant.id = tenant
            WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())\
            """)
                .param(secret.hash())
                .query((row, number) -> caller(row))
                .optional();
        found.ifPresent(caller -> uses.put(caller.keyPrefix(), Instant.now()));
        return found;
    }

    /** Writes down when keys were used last, those that were used since this was asked before. */
    public void writeUses() {
        for (String prefix : Set.copyOf(uses.keySet())) {
            Instant at = uses.remove(prefix);
            if (at != null) {
                jdbc.sql("UPDATE api_key SET last_used_at = ? WHERE prefix = ? AND (last_used_at IS NULL OR"
                                + " last_used_at < ?)")
                        .params(Timestamp.from(at), prefix, Timestamp.from(at))
                        .update();
            }
        }
    }

    /**
     * Makes a key.
     *
     * @throws UnknownTenantException if there is no such tenant
     */
    public ApiKey.Issued issue(Actor actor, String tenant, ApiKey.Rights rights) {
        return add(actor, tenant, rights, KeySecret.random());
    }

    /** A tenant's keys in the order of their prefixes, those after {@code after} (empty = from the first). */
    public List<ApiKey> list(String tenant, String after, int limit) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix > ? ORDER BY prefix LIMIT ?")
                .params(tenant, after, limit)
                .query((row, number) -> key(row))
                .list();
    }

    /** Revokes a key at once; false if the tenant has no such key, or it was revoked before. */
    public boolean revoke(Actor actor, String tenant, String prefix) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            int revoked = jdbc.sql(
                            "UPDATE api_key SET revoked_at = clock_timestamp() WHERE tenant = ? AND prefix = ? AND"
                                    + " revoked_at IS NULL")
                    .params(tenant, prefix)
                    .update();
            if (revoked == 1) {
                audit.recordAdmin(actor, "admin.key.revoke", subject(tenant, prefix), Map.of());
            }
            return revoked == 1;
        }));
    }

    /** The key of this name, revoked or not. */
    public Optional<ApiKey> find(String tenant, String prefix) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix = ?")
                .params(tenant, prefix)
                .query((row, number) -> key(row))
                .optional();
    }

    /**
     * Changes what a key may, from the next request on; empty if there is no such valid key.
     *
     * @param change what it throws undoes all
     */
    public Optional<ApiKey> change(Actor actor, String tenant, String prefix, UnaryOperator<ApiKey.Rights> change) {
        return transactions.execute(status -> jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix = ? AND"
                        + " revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) FOR UPDATE")
                .params(tenant, prefix)
                .query((row, number) -> key(row))
                .optional()
                .map(before -> {
                    var rights = change.apply(before.rights());
                    audit.recordAdmin(actor, "admin.key.change", subject(tenant, prefix), described(rights));
                    return jdbc.sql("UPDATE api_key SET roles = ?, models = ?, priority = ?, expires_at = ? WHERE"
                                    + " prefix = ? RETURNING *")
                            .params(columns(rights))
                            .param(prefix)
                            .query((row, number) -> key(row))
                            .single();
                }));
    }

    /**
     * Makes a key with the same rights, and lets the old one end after a while in which both are valid; empty if there is no such valid key.
     *
     * @param overlap how long the old one stays valid
     */
    public Optional<ApiKey.Issued> rotate(Actor actor, String tenant, String prefix, Duration overlap) {
        return transactions.execute(status -> jdbc.sql("""
            UPDATE api_key SET expires_at = least(expires_at, clock_timestamp() + ? * interval '1 ms')
            WHERE tenant = ? AND prefix = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
            RETURNING *\
            """)
                .params(overlap.toMillis(), tenant, prefix)
                .query((row, number) -> key(row))
                .optional()
                .map(old -> {
                    var rights = old.rights().withoutEnd();
                    var secret = KeySecret.random();
                    var key = insert(tenant, rights, secret, false);
                    shareBudget(prefix, key.prefix());
                    audit.recordAdmin(
                            actor,
                            "admin.key.rotate",
                            subject(tenant, prefix),
                            Map.of("new", key.prefix(), "overlap_seconds", overlap.toSeconds()));
                    return new ApiKey.Issued(secret.text(), key);
                }));
    }

    /** What is used with a key and with its successor counts together. */
    private void shareBudget(String old, String successor) {
        jdbc.sql("UPDATE api_key n SET budget_key = coalesce(o.budget_key, o.prefix) FROM api_key o"
                        + " WHERE n.prefix = ? AND o.prefix = ?")
                .params(successor, old)
                .update();
    }

    /** Makes the key of the configuration, and revokes those that it replaces. */
    void bootstrap(KeySecret secret, ApiKey.Rights rights) {
        transactions.executeWithoutResult(status -> {
            requireTenant(Tenant.DEFAULT);
            var replaced = jdbc.sql(
                            "UPDATE api_key SET revoked_at = clock_timestamp() WHERE bootstrap AND revoked_at IS"
                                    + " NULL RETURNING prefix")
                    .query(String.class)
                    .list();
            var key = insert(Tenant.DEFAULT, rights, secret, true);
            audit.recordAdmin(
                    Actor.SYSTEM, "admin.key.create", subject(Tenant.DEFAULT, key.prefix()), described(rights));
            replaced.forEach(prefix -> audit.recordAdmin(
                    Actor.SYSTEM,
                    "admin.key.revoke",
                    subject(Tenant.DEFAULT, prefix),
                    Map.of("replaced_by", key.prefix())));
        });
    }

    boolean none() {
        return jdbc.sql("SELECT NOT EXISTS (SELECT FROM api_key)")
                .query(Boolean.class)
                .single();
    }

    /** Whether this very key was ever issued, revoked or not. */
    boolean knows(KeySecret secret) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM api_key WHERE hash = ?)")
                .param(secret.hash())
                .query(Boolean.class)
                .single();
    }

    ApiKey.Issued add(Actor actor, String tenant, ApiKey.Rights rights, KeySecret secret) {
        return transactions.execute(status -> {
            requireTenant(tenant);
            var key = insert(tenant, rights, secret, false);
            audit.recordAdmin(actor, "admin.key.create", subject(tenant, key.prefix()), described(rights));
            return new ApiKey.Issued(secret.text(), key);
        });
    }

    /** A key is named by its first characters. Of two that somebody chose with the same ones, the second gets some more, which are none of its own. */
    private ApiKey insert(String tenant, ApiKey.Rights rights, KeySecret secret, boolean bootstrap) {
        return Stream.of(secret.prefix(), secret.prefix() + "~" + HexFormat.of().formatHex(secret.hash(), 0, 4))
                .flatMap(prefix -> insert(prefix, tenant, rights, secret, bootstrap).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a key was issued twice"));
    }

    private Optional<ApiKey> insert(
            String prefix, String tenant, ApiKey.Rights rights, KeySecret secret, boolean bootstrap) {
        return jdbc.sql("INSERT INTO api_key (prefix, hash, tenant, roles, models, priority, expires_at, bootstrap)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (prefix) DO NOTHING RETURNING *")
                .params(prefix, secret.hash(), tenant)
                .params(columns(rights))
                .param(bootstrap)
                .query((row, number) -> key(row))
                .optional();
    }

    /** In the order roles, models, priority, expires_at. */
    private static List<@Nullable Object> columns(ApiKey.Rights rights) {
        return Arrays.asList(
                rights.roles().stream().map(Role::wire).toArray(String[]::new),
                rights.models().toArray(String[]::new),
                rights.priority().wire(),
                rights.expiresAt().map(Timestamp::from).orElse(null));
    }

    private void requireTenant(String tenant) {
        var found = jdbc.sql("SELECT id FROM tenant WHERE id = ? FOR KEY SHARE")
                .param(tenant)
                .query(String.class)
                .optional();
        if (found.isEmpty()) {
            throw new UnknownTenantException(tenant);
        }
    }

    private static Map<String, ?> described(ApiKey.Rights rights) {
        var description = new java.util.TreeMap<String, Object>();
        description.put(
                "roles", rights.roles().stream().map(Role::wire).sorted().toList());
        description.put("models", rights.models().stream().sorted().toList());
        description.put("priority", rights.priority().wire());
        rights.expiresAt().ifPresent(expiry -> description.put("expires_at", expiry.toString()));
        return description;
    }

    private static String subject(String tenant, String prefix) {
        return "tenants/" + tenant + "/keys/" + prefix;
    }

    private static Caller caller(ResultSet row) throws SQLException {
        return new Caller(
                row.getString("tenant"),
                row.getInt("weight"),
                row.getString("prefix"),
                roles(row),
                texts(row.getArray("models")),
                Priority.of(row.getString("priority")));
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        return new ApiKey(
                row.getString("prefix"),
                row.getString("tenant"),
                new ApiKey.Rights(
                        roles(row),
                        texts(row.getArray("models")),
                        Priority.of(row.getString("priority")),
                        Optional.ofNullable(instant(row, "expires_at"))),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(instant(row, "revoked_at")),
                Optional.ofNullable(instant(row, "last_used_at")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static Set<Role> roles(ResultSet row) throws SQLException {
        return texts(row.getArray("roles")).stream().map(Role::of).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> texts(Array array) throws SQLException {
        return Set.copyOf(Arrays.asList((String[]) array.getArray()));
    }
}
