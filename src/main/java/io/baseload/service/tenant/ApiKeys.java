package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The keys. Each check looks them up in the database, so that a revocation takes effect with the next request. */
public final class ApiKeys {
    /** The key k is c, or replaced it by rotation. */
    private static final String SUCCESSION =
            "coalesce(k.budget_key, k.prefix) = coalesce(c.budget_key, c.prefix) AND k.created_at >= c.created_at";

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final Map<String, Instant> uses = new ConcurrentHashMap<>();
    private final Lock writing = new ReentrantLock();

    public ApiKeys(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
    }

    /**
     * The owner of a key; empty if it is unknown, revoked or expired.
     *
     * @throws org.springframework.dao.DataAccessException if the database can't be reached
     */
    public Optional<Caller> authenticate(String bearer) {
        if (!KeySecret.isPlausible(bearer)) {
            return Optional.empty();
        }
        var found = valid("k.hash = ?", new KeySecret(bearer).hash());
        found.ifPresent(caller -> uses.put(caller.keyPrefix(), Instant.now()));
        return found;
    }

    /** The current owner of a key, for work that was begun with it; empty if it is revoked or expired, or has no rights left. */
    public Optional<Caller> caller(String tenant, String prefix) {
        return valid("k.tenant = ? AND k.prefix = ?", tenant, prefix);
    }

    private Optional<Caller> valid(String which, Object... parameters) {
        return jdbc.sql("""
            SELECT k.*, t.weight, t.max_wait_ms, i.issuer, i.subject, i.roles AS identity_roles, i.models AS identity_models
            FROM api_key k JOIN tenant t ON t.id = k.tenant LEFT JOIN identity i ON i.tenant = k.tenant AND i.id = k.identity
            WHERE %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())\
            """.formatted(which))
                .params(parameters)
                .query((row, number) -> caller(row))
                .optional()
                .flatMap(Function.identity());
    }

    /** Stores the last-used times of the keys used since the previous call. When this returns, all are stored, whoever did it. */
    public void writeUses() {
        writing.lock();
        try {
            writeAll();
        } finally {
            writing.unlock();
        }
    }

    private void writeAll() {
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
     * Creates a key of the tenant itself.
     *
     * @throws UnknownTenantException if there is no such tenant
     */
    public ApiKey.Issued issue(Actor actor, String tenant, ApiKey.Rights rights) {
        return add(actor, tenant, Optional.empty(), rights, KeySecret.random());
    }

    /**
     * Creates a key of a person or a service account.
     *
     * @throws UnknownTenantException if there is no such tenant
     * @throws UnknownIdentityException if the tenant has no such identity
     */
    public ApiKey.Issued issue(Actor actor, String tenant, String identity, ApiKey.Rights rights) {
        return add(actor, tenant, Optional.of(identity), rights, KeySecret.random());
    }

    /** A tenant's keys in the order of their prefixes, those after {@code after} (empty = from the first). */
    public List<ApiKey> list(String tenant, String after, int limit) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix > ? ORDER BY prefix LIMIT ?")
                .params(tenant, after, limit)
                .query((row, number) -> KeyRows.key(row))
                .list();
    }

    /** The keys of a person or a service account, in the same way as {@link #list}. */
    public List<ApiKey> list(String tenant, String identity, String after, int limit) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND identity = ? AND prefix > ? ORDER BY prefix LIMIT"
                        + " ?")
                .params(tenant, identity, after, limit)
                .query((row, number) -> KeyRows.key(row))
                .list();
    }

    /** Revokes a key at once; false if the tenant has no such key, or it was already revoked. */
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

    /** The number of valid keys of a person or a service account. */
    public int countValid(String tenant, String identity) {
        return jdbc.sql("SELECT count(*) FROM api_key WHERE tenant = ? AND identity = ? AND revoked_at IS NULL AND"
                        + " (expires_at IS NULL OR expires_at > clock_timestamp())")
                .params(tenant, identity)
                .query(Integer.class)
                .single();
    }

    /** The number of valid keys that expire within that time and have no successor. */
    int countExpiring(Duration notice) {
        return jdbc.sql("SELECT count(*) FROM api_key WHERE revoked_at IS NULL AND NOT replaced AND expires_at BETWEEN"
                        + " clock_timestamp() AND clock_timestamp() + ? * interval '1 ms'")
                .param(notice.toMillis())
                .query(Integer.class)
                .single();
    }

    /** Adds an audit entry, once for each expiry of a key, that it is near. */
    void remind(Duration notice) {
        transactions.executeWithoutResult(status ->
                audit.append(jdbc.sql("""
                    UPDATE api_key SET reminded_at = clock_timestamp() WHERE prefix IN (
                      SELECT prefix FROM api_key WHERE revoked_at IS NULL AND NOT replaced AND reminded_at IS NULL
                        AND expires_at BETWEEN clock_timestamp() AND clock_timestamp() + ? * interval '1 ms'
                      ORDER BY prefix LIMIT 1000 FOR UPDATE SKIP LOCKED)
                    RETURNING *\
                    """).param(notice.toMillis()).query((row, number) -> KeyRows.key(row)).stream()
                        .map(key -> new AuditTrail.NewEntry(
                                Actor.SYSTEM,
                                "admin.key.expires_soon",
                                subject(key.tenant(), key.prefix()),
                                Map.of(
                                        "expires_at",
                                        key.rights().expiresAt().orElseThrow().toString())))
                        .toList()));
    }

    /** The key with this name, revoked or not. */
    public Optional<ApiKey> find(String tenant, String prefix) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix = ?")
                .params(tenant, prefix)
                .query((row, number) -> KeyRows.key(row))
                .optional();
    }

    /**
     * Changes a key's rights, from the next request on; empty if there is no such valid key.
     *
     * @param change an exception from it rolls everything back
     */
    public Optional<ApiKey> change(Actor actor, String tenant, String prefix, UnaryOperator<ApiKey.Rights> change) {
        return transactions.execute(status -> locked(tenant, prefix).map(before -> {
            var rights = change.apply(before.rights());
            audit.recordAdmin(actor, "admin.key.change", subject(tenant, prefix), described(rights));
            return jdbc.sql("UPDATE api_key SET roles = ?, models = ?, priority = ?, requests_per_minute = ?,"
                            + " addresses = ?, expires_at = ?, reminded_at = NULL WHERE prefix = ? RETURNING *")
                    .params(KeyRows.columns(rights))
                    .param(prefix)
                    .query((row, number) -> KeyRows.key(row))
                    .single();
        }));
    }

    /**
     * Creates a successor of a key and lets the old one expire after a period in which both are valid; empty if there is no such valid key.
     *
     * @param overlap how long the old one stays valid
     * @param change gives the new one's rights; an exception from it rolls everything back
     * @throws UnknownTenantException if there is no such tenant
     * @throws TenantConflictException if it has a successor already: another one would inherit the end of the overlap
     */
    public Optional<ApiKey.Issued> rotate(
            Actor actor, String tenant, String prefix, Duration overlap, UnaryOperator<ApiKey.Rights> change) {
        return transactions.execute(status -> {
            KeyRows.requireTenant(jdbc, tenant); // before its keys, as a deletion of the tenant locks them
            return locked(tenant, prefix).map(old -> rotate(actor, old, overlap, change));
        });
    }

    private ApiKey.Issued rotate(Actor actor, ApiKey old, Duration overlap, UnaryOperator<ApiKey.Rights> change) {
        String tenant = old.tenant();
        String prefix = old.prefix();
        int replaced = jdbc.sql("UPDATE api_key SET expires_at = least(expires_at, clock_timestamp() + ? * interval '1"
                        + " ms'), replaced = true WHERE prefix = ? AND NOT replaced")
                .params(overlap.toMillis(), prefix)
                .update();
        if (replaced == 0) {
            throw new TenantConflictException("The key '" + prefix
                    + "' was rotated already and can't be rotated again. Rotate its successor instead.");
        }
        var rights = change.apply(old.rights());
        var secret = KeySecret.random();
        var key = insert(tenant, old.identity(), rights, secret, false);
        inherit(prefix, key.prefix());
        var detail = new TreeMap<String, Object>(Map.of("new", key.prefix(), "overlap_seconds", overlap.toSeconds()));
        rights.expiresAt().ifPresent(end -> detail.put("expires_at", end.toString()));
        audit.recordAdmin(actor, "admin.key.rotate", subject(tenant, prefix), detail);
        return new ApiKey.Issued(secret.text(), key);
    }

    /** A valid key, which nobody else changes meanwhile. */
    private Optional<ApiKey> locked(String tenant, String prefix) {
        return jdbc.sql("SELECT * FROM api_key WHERE tenant = ? AND prefix = ? AND revoked_at IS NULL"
                        + " AND (expires_at IS NULL OR expires_at > clock_timestamp()) FOR UPDATE")
                .params(tenant, prefix)
                .query((row, number) -> KeyRows.key(row))
                .optional();
    }

    /** Usage of a key and its successor counts together, and whatever replaces the bootstrap key replaces its successor too. */
    private void inherit(String old, String successor) {
        jdbc.sql("UPDATE api_key n SET budget_key = coalesce(o.budget_key, o.prefix), bootstrap = o.bootstrap"
                        + " FROM api_key o WHERE n.prefix = ? AND o.prefix = ?")
                .params(successor, old)
                .update();
    }

    /**
     * Makes it the configured key, and revokes the one that it replaces, with that one's successors. A successor of its own, by rotation, stays valid.
     *
     * @param rights if it has to be created
     * @return false if it was the configured key before, and gives no operator's access any more: then nothing changes
     * @throws BootstrapKeyException if it would take the place of another key, but gives no operator's access
     */
    boolean bootstrap(KeySecret secret, ApiKey.Rights rights) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('api_key.bootstrap'))")
                    .query(row -> {});
            List<AuditTrail.NewEntry> entries = new ArrayList<>(); // recorded last, after all keys are locked
            if (!knows(secret)) {
                KeyRows.requireTenant(jdbc, Tenant.DEFAULT);
                var key = insert(Tenant.DEFAULT, Optional.empty(), rights, secret, true);
                entries.add(new AuditTrail.NewEntry(
                        Actor.SYSTEM, "admin.key.create", subject(Tenant.DEFAULT, key.prefix()), described(rights)));
            }
            boolean valid = valid("k.hash = ?", secret.hash())
                    .filter(caller -> caller.tenant().equals(Tenant.DEFAULT) && caller.has(Role.OPERATOR))
                    .isPresent();
            if (valid) {
                entries.addAll(replaceBootstrapKeys(secret));
            } else if (!isStillBootstrap(secret)) {
                throw new BootstrapKeyException("BASELOAD_BOOTSTRAP_KEY (" + secret
                        + ") is a key that was revoked, has expired or is not an operator's in the tenant 'default', so"
                        + " it can't replace the bootstrap key of the previous starts. Choose another.");
            }
            audit.append(entries);
            return valid;
        }));
    }

    private List<AuditTrail.NewEntry> replaceBootstrapKeys(KeySecret secret) {
        jdbc.sql("UPDATE api_key k SET bootstrap = true FROM api_key c WHERE c.hash = ? AND NOT k.bootstrap AND "
                        + SUCCESSION)
                .param(secret.hash())
                .update();
        return jdbc.sql("UPDATE api_key k SET revoked_at = clock_timestamp() FROM api_key c WHERE c.hash = ?"
                        + " AND k.bootstrap AND k.revoked_at IS NULL AND NOT (" + SUCCESSION
                        + ") RETURNING k.tenant, k.prefix, c.prefix AS replaced_by")
                .param(secret.hash())
                .query((row, number) -> new AuditTrail.NewEntry(
                        Actor.SYSTEM,
                        "admin.key.revoke",
                        subject(row.getString("tenant"), row.getString("prefix")),
                        Map.of("replaced_by", row.getString("replaced_by"))))
                .list();
    }

    /** Whether it was the configured key before, and no other one has replaced it. */
    private boolean isStillBootstrap(KeySecret secret) {
        return jdbc.sql("SELECT c.bootstrap AND NOT EXISTS (SELECT FROM api_key k WHERE k.bootstrap"
                        + " AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())"
                        + " AND NOT (" + SUCCESSION + ")) FROM api_key c WHERE c.hash = ?")
                .param(secret.hash())
                .query(Boolean.class)
                .single();
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

    ApiKey.Issued add(Actor actor, String tenant, Optional<String> identity, ApiKey.Rights rights, KeySecret secret) {
        return transactions.execute(status -> {
            KeyRows.requireTenant(jdbc, tenant);
            identity.ifPresent(id -> requireIdentity(tenant, id));
            var key = insert(tenant, identity, rights, secret, false);
            var detail = described(rights);
            identity.ifPresent(id -> detail.put("identity", id));
            audit.recordAdmin(actor, "admin.key.create", subject(tenant, key.prefix()), detail);
            return new ApiKey.Issued(secret.text(), key);
        });
    }

    /** A key is named by its first characters. If two keys chosen by somebody share them, the second gets additional characters that are not part of it. */
    private ApiKey insert(
            String tenant, Optional<String> identity, ApiKey.Rights rights, KeySecret secret, boolean bootstrap) {
        return Stream.of(secret.prefix(), secret.prefix() + "~" + HexFormat.of().formatHex(secret.hash(), 0, 4))
                .flatMap(prefix -> insert(prefix, tenant, identity, rights, secret, bootstrap).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a key was issued twice"));
    }

    private Optional<ApiKey> insert(
            String prefix,
            String tenant,
            Optional<String> identity,
            ApiKey.Rights rights,
            KeySecret secret,
            boolean bootstrap) {
        return jdbc.sql("INSERT INTO api_key (prefix, hash, tenant, identity, roles, models, priority,"
                        + " requests_per_minute, addresses, expires_at, bootstrap)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (prefix) DO NOTHING RETURNING *")
                .params(prefix, secret.hash(), tenant)
                .param(identity.orElse(null))
                .params(KeyRows.columns(rights))
                .param(bootstrap)
                .query((row, number) -> KeyRows.key(row))
                .optional();
    }

    private void requireIdentity(String tenant, String id) {
        var found = jdbc.sql("SELECT id FROM identity WHERE tenant = ? AND id = ? FOR KEY SHARE")
                .params(tenant, id)
                .query(String.class)
                .optional();
        if (found.isEmpty()) {
            throw new UnknownIdentityException(id);
        }
    }

    private static Map<String, Object> described(ApiKey.Rights rights) {
        var description = new TreeMap<String, Object>();
        description.put(
                "roles", rights.roles().stream().map(Role::wire).sorted().toList());
        description.put("models", rights.models().stream().sorted().toList());
        description.put("priority", rights.priority().wire());
        rights.limits().requestsPerMinute().ifPresent(limit -> description.put("requests_per_minute", limit));
        if (!rights.limits().addresses().isEmpty()) {
            description.put(
                    "addresses", rights.limits().addresses().stream().sorted().toList());
        }
        rights.expiresAt().ifPresent(expiry -> description.put("expires_at", expiry.toString()));
        return description;
    }

    private static String subject(String tenant, String prefix) {
        return "tenants/" + tenant + "/keys/" + prefix;
    }

    /** Empty if nothing of the key's rights remains within those of its owner. */
    private static Optional<Caller> caller(ResultSet row) throws SQLException {
        var rights = KeyRows.rights(row);
        var left = row.getString("identity") == null
                ? Optional.of(rights)
                : rights.within(KeyRows.roles(row, "identity_roles"), KeyRows.texts(row, "identity_models"));
        var person = KeyRows.person(row);
        var tenant = row.getString("tenant");
        int weight = row.getInt("weight");
        var maxWait = KeyRows.maxWait(row);
        var prefix = row.getString("prefix");
        return left.map(it -> new Caller(tenant, weight, maxWait, prefix, it, person));
    }
}
