package io.baseload.service.contents;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.StoredResponseRows.Link;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealingKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Responses in the database, encrypted with their tenants' own keys. {@link Contents} erases contents and responses together.
 *
 * <p>Each has only the input of its own request, and names the one that it continues: so a deleted response exists nowhere else, and responses that continue it can't be continued
 * any more.
 */
final class StoredResponses implements ResponseStore {
    private static final int MAX_TURNS = 1_000;

    private final StoredResponseRows rows;
    private final Contents contents;
    private final MasterKeys keys;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final ResponseStoreProperties properties;

    StoredResponses(
            StoredResponseRows rows,
            Contents contents,
            MasterKeys keys,
            TransactionOperations transactions,
            AuditTrail audit,
            ResponseStoreProperties properties) {
        this.rows = rows;
        this.contents = contents;
        this.keys = keys;
        this.transactions = transactions;
        this.audit = audit;
        this.properties = properties;
    }

    @Override
    public boolean isOpen() {
        return keys.present() && !properties.ttl().isZero();
    }

    @Override
    public Room room(String tenant) {
        var stored = rows.stored(tenant);
        return new Room(properties.maxSizePerTenant().toBytes() - stored.bytes(), stored.at());
    }

    @Override
    public boolean store(Actor actor, StoredResponse response) {
        String tenant = response.tenant();
        byte[] sealed = contents.key(tenant).seal(response.text(), purpose(tenant, response.id()));
        return transactions.execute(status -> {
            var previous = response.previous();
            if (rows.isErased(response) || previous.isPresent() && !rows.hold(tenant, previous.get())) {
                return false;
            }
            rows.insert(response, sealed, properties.ttl());
            previous.ifPresent(id -> rows.prolong(tenant, rows.chain(tenant, id, MAX_TURNS), properties.ttl()));
            audit.recordAdmin(
                    actor,
                    "admin.response.create",
                    subject(tenant, response.id()),
                    Map.of("of_request", response.requestId()));
            return true;
        });
    }

    private static String subject(String tenant, String id) {
        return "tenants/" + tenant + "/responses/" + id;
    }

    @Override
    public Optional<byte[]> find(String tenant, String id) {
        return rows.sealed(tenant, id).map(text -> open(contents.key(tenant), tenant, id, text));
    }

    @Override
    public Optional<List<byte[]>> conversation(String tenant, String id, LongConsumer admission) {
        List<Link> chain = rows.chain(tenant, id, MAX_TURNS);
        if (chain.isEmpty() || chain.getLast().previous() != null) {
            return Optional.empty();
        }
        admission.accept(chain.stream().mapToLong(Link::bytes).sum());
        Map<String, byte[]> sealed = rows.sealed(tenant, chain);
        if (sealed.size() < chain.size()) {
            return Optional.empty();
        }
        var key = contents.key(tenant);
        return Optional.of(chain.reversed().stream()
                .map(link -> open(key, tenant, link.id(), Objects.requireNonNull(sealed.get(link.id()))))
                .toList());
    }

    private static byte[] open(SealingKey key, String tenant, String id, byte[] sealed) {
        return key.open(sealed, purpose(tenant, id));
    }

    private static String purpose(String tenant, String id) {
        return "response/" + tenant + "/" + id;
    }

    @Override
    public boolean delete(Actor actor, String tenant, String id) {
        return transactions.execute(status -> {
            boolean deleted = rows.delete(tenant, id);
            if (deleted) {
                audit.recordAdmin(actor, "admin.response.delete", subject(tenant, id), Map.of());
            }
            return deleted;
        });
    }
}
