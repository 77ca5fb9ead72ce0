package io.baseload.service.tenant;

import static org.springframework.data.domain.Sort.by;
import static org.springframework.data.relational.core.query.Criteria.where;
import static org.springframework.data.relational.core.query.Query.query;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.tenant.UsageBudget.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The tenants. Each change is recorded in the audit trail, in the same transaction. */
public final class Tenants {
    private final JdbcAggregateOperations rows;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final Supplier<Stream<TenantData>> data;
    private final Budgets budgets;

    Tenants(
            JdbcAggregateOperations rows,
            JdbcClient jdbc,
            TransactionOperations transactions,
            AuditTrail audit,
            Supplier<Stream<TenantData>> data) {
        this.rows = rows;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
        this.data = data;
        this.budgets = new Budgets(jdbc);
    }

    /**
     * The tenant.
     *
     * @throws UnknownTenantException if there is none
     */
    public Tenant require(String id) {
        return find(id).orElseThrow(() -> new UnknownTenantException(id));
    }

    public Optional<Tenant> find(String id) {
        return Optional.ofNullable(rows.findById(id, TenantRow.class))
                .map(row -> withWindows(List.of(row)).getFirst());
    }

    /** Tenants in the order of their ids, those after {@code after} (empty = from the first). */
    public List<Tenant> list(String after, int limit) {
        var page = query(where("id").greaterThan(after)).sort(by("id")).limit(limit);
        return withWindows(rows.findAll(page, TenantRow.class));
    }

    private List<Tenant> withWindows(List<TenantRow> found) {
        var windows = budgets.ofTenants(found.stream().map(TenantRow::id).toList());
        return found.stream()
                .map(row -> row.tenant(windows.getOrDefault(row.id(), List.of())))
                .toList();
    }

    /** @throws TenantConflictException if the id is taken, or is the name under which the trail has the service's own entries: auditors of a tenant read what has its name */
    public Tenant create(Actor actor, Tenant tenant) {
        if (tenant.id().equals(Actor.SYSTEM.tenant())) {
            throw new TenantConflictException(
                    "No tenant can be called 'system': the audit trail has the service's own entries under this name.");
        }
        transactions.executeWithoutResult(status -> {
            if (!takeId(tenant)) {
                throw new TenantConflictException("There is a tenant '" + tenant.id() + "' already.");
            }
            rows.update(TenantRow.of(tenant));
            requireLocked(tenant.id());
            budgets.replace(tenant.id(), Scope.TENANT.owner(), tenant.windows());
            audit.recordAdmin(actor, "admin.tenant.create", "tenants/" + tenant.id(), described(tenant));
        });
        return tenant;
    }

    /**
     * Changes limits and weight; they apply to the next reservation.
     *
     * @throws UnknownTenantException if there is no such tenant
     */
    public Tenant change(Actor actor, String id, UnaryOperator<Tenant> change) {
        return transactions.execute(status -> {
            requireLocked(id);
            var changed = change.apply(find(id).orElseThrow());
            rows.update(TenantRow.of(changed));
            budgets.replace(id, Scope.TENANT.owner(), changed.windows());
            audit.recordAdmin(actor, "admin.tenant.change", "tenants/" + id, described(changed));
            return changed;
        });
    }

    /**
     * Removes a tenant and its keys. Its usage stays in the ledger and in the audit trail. The tenant's data go first, in steps; a tenant that is refused then, because a request has begun
     * meanwhile, has lost them.
     *
     * @throws UnknownTenantException if there is no such tenant
     * @throws TenantConflictException if it is the default one or has running requests
     */
    public void delete(Actor actor, String id) {
        if (id.equals(Tenant.DEFAULT)) {
            throw new TenantConflictException("The tenant 'default' can't be deleted.");
        }
        transactions.executeWithoutResult(status -> requireIdle(id));
        data.get().forEach(some -> {
            boolean more;
            do {
                more = some.eraseSome(actor, id);
            } while (more);
        });
        transactions.executeWithoutResult(status -> {
            requireIdle(id);
            rows.deleteById(id, TenantRow.class);
            audit.recordAdmin(actor, "admin.tenant.delete", "tenants/" + id, Map.of());
        });
    }

    private void requireIdle(String id) {
        requireLocked(id);
        if (running(id)) {
            throw new TenantConflictException("The tenant '" + id + "' has running requests.");
        }
    }

    /**
     * Replaces the budgets of a key; empty if the tenant never had such a key.
     *
     * @param change from the present budgets; an exception from it rolls everything back
     * @throws UnknownTenantException if there is no such tenant
     */
    public Optional<List<UsageBudget>> changeKeyWindows(
            Actor actor, String tenant, String prefix, UnaryOperator<List<UsageBudget>> change) {
        return transactions.execute(status -> {
            requireLocked(tenant);
            return budgetKey(tenant, prefix).map(key -> {
                var windows = changeWindows(tenant, key, change);
                audit.recordAdmin(
                        actor,
                        "admin.key.windows",
                        "tenants/" + tenant + "/keys/" + prefix,
                        Map.of("budget_key", key, "windows", described(windows)));
                return windows;
            });
        });
    }

    /**
     * Replaces the budgets of a person or a service account, which stay when it is removed: a person who returns finds them.
     *
     * @param change from the present budgets; an exception from it rolls everything back
     * @throws UnknownTenantException if there is no such tenant
     * @throws UnknownIdentityException if the tenant has no such identity
     */
    public List<UsageBudget> changeIdentityWindows(
            Actor actor, String tenant, String id, UnaryOperator<List<UsageBudget>> change) {
        return transactions.execute(status -> {
            requireLocked(tenant);
            if (!hasIdentity(tenant, id)) {
                throw new UnknownIdentityException(id);
            }
            var windows = changeWindows(tenant, id, change);
            audit.recordAdmin(
                    actor,
                    "admin.identity.windows",
                    "tenants/" + tenant + "/identities/" + id,
                    Map.of("windows", described(windows)));
            return windows;
        });
    }

    private List<UsageBudget> changeWindows(String tenant, String owner, UnaryOperator<List<UsageBudget>> change) {
        budgets.replace(tenant, owner, change.apply(budgets.of(tenant, owner)));
        return budgets.of(tenant, owner);
    }

    private boolean hasIdentity(String tenant, String id) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM identity WHERE tenant = ? AND id = ?)")
                .params(tenant, id)
                .query(Boolean.class)
                .single();
    }

    /** The name of the line of keys that a key belongs to, which is its first key; empty if the tenant never had such a key. */
    public Optional<String> budgetKey(String tenant, String prefix) {
        return jdbc.sql("SELECT coalesce(budget_key, prefix) FROM api_key WHERE tenant = ? AND prefix = ?")
                .params(tenant, prefix)
                .query(String.class)
                .optional();
    }

    /** If two requests want the same id at once, one waits here for the other. */
    private boolean takeId(Tenant tenant) {
        return jdbc.sql("INSERT INTO tenant (id, max_concurrent, weight) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
                        .params(tenant.id(), tenant.maxConcurrent(), tenant.weight())
                        .update()
                == 1;
    }

    private void requireLocked(String id) {
        if (lock(id).isEmpty()) {
            throw new UnknownTenantException(id);
        }
    }

    /** The same lock as a reservation takes. */
    private List<String> lock(String id) {
        return jdbc.sql("SELECT id FROM tenant WHERE id = ? FOR UPDATE")
                .param(id)
                .query((row, number) -> row.getString("id"))
                .list();
    }

    private boolean running(String id) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM reservation WHERE tenant = ? AND state = 'open')")
                .param(id)
                .query(Boolean.class)
                .single();
    }

    private static Map<String, ?> described(Tenant tenant) {
        var description = new TreeMap<String, Object>();
        description.put("max_concurrent", tenant.maxConcurrent());
        description.put("weight", tenant.weight());
        description.put("windows", described(tenant.windows()));
        tenant.maxWait().ifPresent(wait -> description.put("max_wait_ms", wait.toMillis()));
        return description;
    }

    private static List<Map<String, Object>> described(List<UsageBudget> windows) {
        return windows.stream().map(Budgets::described).toList();
    }
}
