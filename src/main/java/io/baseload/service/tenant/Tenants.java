package io.baseload.service.tenant;

import static org.springframework.data.domain.Sort.by;
import static org.springframework.data.relational.core.query.Criteria.where;
import static org.springframework.data.relational.core.query.Query.query;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The tenants. Each change stands in the audit trail, in the same transaction. */
public final class Tenants {
    private final JdbcAggregateOperations rows;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;

    public Tenants(
            JdbcAggregateOperations rows, JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        this.rows = rows;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
    }

    public Optional<Tenant> find(String id) {
        return Optional.ofNullable(rows.findById(id, TenantRow.class)).map(TenantRow::tenant);
    }

    /** Tenants in the order of their ids, those after {@code after} (empty = from the first). */
    public List<Tenant> list(String after, int limit) {
        var page = query(where("id").greaterThan(after)).sort(by("id")).limit(limit);
        return rows.findAll(page, TenantRow.class).stream()
                .map(TenantRow::tenant)
                .toList();
    }

    /** @throws TenantConflictException if the id is taken */
    public Tenant create(Actor actor, Tenant tenant) {
        transactions.executeWithoutResult(status -> {
            if (!takeId(tenant)) {
                throw new TenantConflictException("There is a tenant '" + tenant.id() + "' already.");
            }
            rows.update(TenantRow.of(tenant));
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
            audit.recordAdmin(actor, "admin.tenant.change", "tenants/" + id, described(changed));
            return changed;
        });
    }

    /**
     * Removes a tenant and its keys. What it used stays in the ledger and in the audit trail.
     *
     * @throws UnknownTenantException if there is no such tenant
     * @throws TenantConflictException if it is the default one or has running requests
     */
    public void delete(Actor actor, String id) {
        if (id.equals(Tenant.DEFAULT)) {
            throw new TenantConflictException("The tenant 'default' can't be deleted.");
        }
        transactions.executeWithoutResult(status -> {
            requireLocked(id);
            if (running(id)) {
                throw new TenantConflictException("The tenant '" + id + "' has running requests.");
            }
            rows.deleteById(id, TenantRow.class);
            audit.recordAdmin(actor, "admin.tenant.delete", "tenants/" + id, Map.of());
        });
    }

    /** Of two that want the same id at once, one waits here for the other. */
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
        return Map.of(
                "max_concurrent",
                tenant.maxConcurrent(),
                "weight",
                tenant.weight(),
                "windows",
                tenant.windows().stream().map(Tenants::described).toList());
    }

    private static Map<String, Object> described(Tenant.Window window) {
        var description = new java.util.TreeMap<String, Object>();
        description.put("period", window.period().wire());
        window.tokens().ifPresent(tokens -> description.put("tokens", tokens));
        window.requests().ifPresent(requests -> description.put("requests", requests));
        return description;
    }
}
