package io.baseload.service.tenant;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Person;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * People and service accounts. A person is recorded with the first token, and again with each one that was issued later: the person's keys can do no more than the latest token
 * could. In a tenant in which it doesn't place the person, they can do nothing; after a token that gives no rights, nothing anywhere. A token issued earlier has its own rights, and
 * changes nothing else.
 */
public final class Identities {
    private static final int MAX_REMEMBERED = 10_000;
    private static final Duration SEEN_AGAIN = Duration.ofMinutes(1);

    private record Seen(String tenant, Set<Role> roles, Set<String> models, Instant issued, Instant at) {
        /** Whether another token needs no record, because one was made lately. */
        boolean covers(Seen other) {
            boolean same = tenant.equals(other.tenant)
                    && roles.equals(other.roles)
                    && models.equals(other.models)
                    && issued.equals(other.issued);
            return (same || other.issued.isBefore(issued))
                    && at.plus(SEEN_AGAIN).isAfter(other.at);
        }
    }

    /** The rights of a person in a tenant as they are recorded. */
    private record Known(String tenant, Set<Role> roles, Set<String> models, Optional<Instant> issued) {
        static Known read(ResultSet row) throws SQLException {
            return new Known(
                    row.getString("tenant"),
                    KeyRows.roles(row, "roles"),
                    KeyRows.texts(row, "models"),
                    KeyRows.time(row, "issued_at"));
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
     * @param issued when the token was issued
     */
    public Optional<Caller> signIn(Person person, String tenant, ApiKey.Rights rights, Instant issued) {
        var caller = jdbc.sql("SELECT weight, max_wait_ms FROM tenant WHERE id = ?")
                .param(tenant)
                .query((row, number) -> new Caller(
                        tenant, row.getInt("weight"), KeyRows.maxWait(row), person.id(), rights, Optional.of(person)))
                .optional();
        caller.ifPresent(
                it -> remember(person, new Seen(tenant, rights.roles(), rights.models(), issued, Instant.now())));
        return caller;
    }

    /** The same at the beginning of a session; the person is recorded in any case. */
    public Optional<Caller> signInAnew(Person person, String tenant, ApiKey.Rights rights, Instant issued) {
        seen.remove(person);
        return signIn(person, tenant, rights, issued);
    }

    /** A person with a valid token that gives no rights here: from now on the person's sessions and keys have none either, unless a later token gave them some. */
    public void withdraw(Person person, Instant issued) {
        if (changes(person, issued)) {
            transactions.executeWithoutResult(status -> {
                var known = known(person);
                if (!isEarlier(issued, known)) {
                    known.forEach(it -> withdraw(person, it, issued));
                }
            });
        }
        seen.remove(person);
    }

    /** Whether a token that gives no rights takes something away, or is the latest one. Locks nothing: such a token may be used again and again. */
    private boolean changes(Person person, Instant issued) {
        var at = Timestamp.from(issued);
        return jdbc.sql("SELECT EXISTS (SELECT FROM identity WHERE id = ?"
                        + " AND (issued_at IS NULL OR issued_at < ? OR issued_at = ? AND roles <> '{}'))")
                .params(person.id(), at, at)
                .query(Boolean.class)
                .single();
    }

    private void withdraw(Person person, Known known, Instant issued) {
        jdbc.sql("UPDATE identity SET roles = '{}', issued_at = ? WHERE tenant = ? AND id = ?")
                .params(Timestamp.from(issued), known.tenant, person.id())
                .update();
        recordChange(person, known, Set.of(), known.models);
    }

    /**
     * A person in a session, with the rights that remain: no more than those of the latest token or sign-in, as for the person's keys. Empty if nothing remains, or the person was
     * removed.
     *
     * @param begun the person when the session began
     */
    public Optional<Caller> current(Caller begun) {
        return jdbc.sql("SELECT t.weight, t.max_wait_ms, i.roles, i.models FROM identity i JOIN tenant t ON t.id ="
                        + " i.tenant WHERE i.tenant = ? AND i.id = ?")
                .params(begun.tenant(), begun.keyPrefix())
                .query((row, number) -> {
                    int weight = row.getInt("weight");
                    var maxWait = KeyRows.maxWait(row);
                    return begun.rights()
                            .within(KeyRows.roles(row, "roles"), KeyRows.texts(row, "models"))
                            .map(rights -> begun.with(weight, maxWait, rights));
                })
                .optional()
                .flatMap(Function.identity());
    }

    private void remember(Person person, Seen now) {
        Seen before = seen.get(person);
        if (before == null || !before.covers(now)) {
            Instant latest = transactions.execute(status -> write(person, now));
            seen.put(person, new Seen(now.tenant, now.roles, now.models, latest, now.at));
        }
    }

    /** Records the rights of a token, unless a later one is known; returns when the latest one was issued. */
    private Instant write(Person person, Seen now) {
        var known = known(person);
        if (isEarlier(now.issued, known)) {
            jdbc.sql("UPDATE identity SET seen_at = clock_timestamp() WHERE tenant = ? AND id = ?")
                    .params(now.tenant, person.id())
                    .update();
            return known.stream()
                    .flatMap(it -> it.issued.stream())
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
        for (Known it : known) {
            if (it.tenant.equals(now.tenant)) {
                recordChange(person, it, now.roles, now.models);
            } else {
                withdraw(person, it, now.issued);
            }
        }
        jdbc.sql("""
            INSERT INTO identity (tenant, id, issuer, subject, roles, models, issued_at, seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, clock_timestamp())
            ON CONFLICT (tenant, id) DO UPDATE
              SET roles = excluded.roles, models = excluded.models, issued_at = excluded.issued_at, seen_at = excluded.seen_at\
            """)
                .params(now.tenant, person.id(), person.issuer(), person.subject())
                .params(KeyRows.wire(now.roles), now.models.toArray(String[]::new), Timestamp.from(now.issued))
                .update();
        return now.issued;
    }

    /** Until the transaction ends, nobody else changes them. */
    private List<Known> known(Person person) {
        return jdbc.sql("SELECT * FROM identity WHERE id = ? ORDER BY tenant FOR NO KEY UPDATE")
                .param(person.id())
                .query((row, number) -> Known.read(row))
                .list();
    }

    private static boolean isEarlier(Instant issued, List<Known> known) {
        return known.stream().anyMatch(it -> it.issued.filter(issued::isBefore).isPresent());
    }

    private void recordChange(Person person, Known before, Set<Role> roles, Set<String> models) {
        if (!before.roles.equals(roles) || !before.models.equals(models)) {
            audit.recordAdmin(
                    new Actor(before.tenant, person.id(), Optional.of(person)),
                    "admin.identity.change",
                    subject(before.tenant, person.id()),
                    described(roles, models));
        }
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
            audit.recordAdmin(
                    actor, "admin.identity.create", subject(tenant, made.id()), described(made.roles(), made.models()));
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

    private static Map<String, ?> described(Set<Role> roles, Set<String> models) {
        return Map.of(
                "roles", roles.stream().map(Role::wire).sorted().toList(),
                "models", models.stream().sorted().toList());
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
