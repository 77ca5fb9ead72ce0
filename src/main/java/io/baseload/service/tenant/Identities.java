package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Person;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * People and service accounts. A person is recorded with the first token, and again when a token has different rights: the person's keys can do no more than the latest token
 * could. In a tenant in which no token places the person any more, they can do nothing; after a token that gives no rights, nothing anywhere.
 */
public final class Identities {
    private static final int MAX_REMEMBERED = 10_000;
    private static final Duration SEEN_AGAIN = Duration.ofMinutes(1);

    private record Seen(String tenant, Set<Role> roles, Set<String> models, Instant at) {
        boolean says(Seen other) {
            return tenant.equals(other.tenant)
                    && roles.equals(other.roles)
                    && models.equals(other.models)
                    && at.plus(SEEN_AGAIN).isAfter(other.at);
        }
    }

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final Map<Person, Seen> seen = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Person, Seen> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    public Identities(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
    }

    /**
     * A person with a valid token; empty if there is no such tenant.
     *
     * @param rights the rights granted by the token
     */
    public Optional<Caller> signIn(Person person, String tenant, ApiKey.Rights rights) {
        var caller = jdbc.sql("SELECT weight FROM tenant WHERE id = ?")
                .param(tenant)
                .query(Integer.class)
                .optional()
                .map(weight -> new Caller(tenant, weight, person.id(), rights, Optional.of(person)));
        caller.ifPresent(it -> remember(person, new Seen(tenant, rights.roles(), rights.models(), Instant.now())));
        return caller;
    }

    /** The same at the beginning of a session; the person is recorded in any case. */
    public Optional<Caller> signInAnew(Person person, String tenant, ApiKey.Rights rights) {
        seen.remove(person);
        return signIn(person, tenant, rights);
    }

    /** A person with a valid token that gives no rights here: from now on the person's sessions and keys have none either. */
    public void withdraw(Person person) {
        jdbc.sql("UPDATE identity SET roles = '{}' WHERE id = ? AND roles <> '{}'")
                .param(person.id())
                .update();
        seen.remove(person);
    }

    /**
     * A person in a session, with the rights that remain: no more than those of the latest token or sign-in, as for the person's keys. Empty if nothing remains, or the person was
     * removed.
     *
     * @param begun the person when the session began
     */
    public Optional<Caller> current(Caller begun) {
        return jdbc.sql("SELECT t.weight, i.roles, i.models FROM identity i JOIN tenant t ON t.id = i.tenant"
                        + " WHERE i.tenant = ? AND i.id = ?")
                .params(begun.tenant(), begun.keyPrefix())
                .query((row, number) -> {
                    int weight = row.getInt("weight");
                    return begun.rights()
                            .within(KeyRows.roles(row, "roles"), KeyRows.texts(row, "models"))
                            .map(rights -> begun.with(weight, rights));
                })
                .optional()
                .flatMap(Function.identity());
    }

    private void remember(Person person, Seen now) {
        Seen before = seen.get(person);
        if (before == null || !before.says(now)) {
            write(person, now);
            seen.put(person, now);
        }
    }

    private void write(Person person, Seen now) {
        transactions.executeWithoutResult(status -> {
            jdbc.sql("UPDATE identity SET roles = '{}' WHERE id = ? AND tenant <> ? AND roles <> '{}'")
                    .params(person.id(), now.tenant)
                    .update();
            jdbc.sql("""
                INSERT INTO identity (tenant, id, issuer, subject, roles, models, seen_at) VALUES (?, ?, ?, ?, ?, ?, clock_timestamp())
                ON CONFLICT (tenant, id) DO UPDATE SET roles = excluded.roles, models = excluded.models, seen_at = excluded.seen_at\
                """)
                    .params(now.tenant, person.id(), person.issuer(), person.subject())
                    .params(KeyRows.wire(now.roles), now.models.toArray(String[]::new))
                    .update();
        });
    }

    /**
     * Creates a service account.
     *
     * @param name matches {@link Identity#NAME}
     * @throws UnknownTenantException if there is no such tenant
     * @throws TenantConflictException if the name is taken
     */
    public Identity create(Actor actor, String tenant, String name, Set<Role> roles, Set<String> models) {
        return transactions.execute(status -> {
            KeyRows.requireTenant(jdbc, tenant);
            var made = jdbc.sql("INSERT INTO identity (tenant, id, roles, models) VALUES (?, ?, ?, ?)"
                            + " ON CONFLICT DO NOTHING RETURNING *")
                    .params(tenant, Identity.SERVICE + name, KeyRows.wire(roles), models.toArray(String[]::new))
                    .query((row, number) -> identity(row))
                    .optional()
                    .orElseThrow(
                            () -> new TenantConflictException("There is a service account '" + name + "' already."));
            audit.recordAdmin(actor, "admin.identity.create", subject(tenant, made.id()), described(made));
            return made;
        });
    }

    /** A tenant's people and service accounts in the order of their ids, those after {@code after} (empty = from the first). */
    public List<Identity> list(String tenant, String after, int limit) {
        return jdbc.sql("SELECT * FROM identity WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?")
                .params(tenant, after, limit)
                .query((row, number) -> identity(row))
                .list();
    }

    public Optional<Identity> find(String tenant, String id) {
        return jdbc.sql("SELECT * FROM identity WHERE tenant = ? AND id = ?")
                .params(tenant, id)
                .query((row, number) -> identity(row))
                .optional();
    }

    /** Removes a service account, or a person until the next token, and all keys of theirs; false if there is none. */
    public boolean remove(Actor actor, String tenant, String id) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            var keys = jdbc.sql("DELETE FROM api_key WHERE tenant = ? AND identity = ? RETURNING prefix")
                    .params(tenant, id)
                    .query(String.class)
                    .list();
            int removed = jdbc.sql("DELETE FROM identity WHERE tenant = ? AND id = ?")
                    .params(tenant, id)
                    .update();
            if (removed == 1) {
                audit.recordAdmin(actor, "admin.identity.delete", subject(tenant, id), Map.of("keys", keys));
            }
            return removed == 1;
        }));
    }

    private static String subject(String tenant, String id) {
        return "tenants/" + tenant + "/identities/" + id;
    }

    private static Map<String, ?> described(Identity identity) {
        return Map.of(
                "roles", identity.roles().stream().map(Role::wire).sorted().toList(),
                "models", identity.models().stream().sorted().toList());
    }

    private static Identity identity(ResultSet row) throws SQLException {
        return new Identity(
                row.getString("id"),
                row.getString("tenant"),
                KeyRows.person(row),
                KeyRows.roles(row, "roles"),
                KeyRows.texts(row, "models"),
                KeyRows.time(row, "created_at").orElseThrow(),
                KeyRows.time(row, "seen_at"));
    }
}
