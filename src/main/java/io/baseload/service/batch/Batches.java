package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.SealException;
import io.baseload.service.tenant.TenantData;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/** The batches of each tenant, as requested; {@link BatchWork} runs them. */
final class Batches implements TenantData {
    private static final Logger LOG = LoggerFactory.getLogger(Batches.class);
    private static final int MAX_ERASED = 100;

    /** It is not known when a running batch ends; it is rarely within the time for which clients wait. */
    private static final Duration BATCH_ENDED = Duration.ofMinutes(5);

    private final BatchRows rows;
    private final FileStore files;
    private final Contents contents;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final BatchProperties properties;

    Batches(
            BatchRows rows,
            FileStore files,
            Contents contents,
            TransactionOperations transactions,
            AuditTrail audit,
            BatchProperties properties) {
        this.rows = rows;
        this.files = files;
        this.contents = contents;
        this.transactions = transactions;
        this.audit = audit;
        this.properties = properties;
    }

    /** A batch as its tenant sees it. */
    record Seen(RequestBatch batch, Optional<byte[]> metadata, Optional<byte[]> errors) {}

    /** @throws ApiException if the file doesn't exist, or the tenant has too many batches, or too many or too large files */
    Seen create(Actor actor, BatchOrder order) {
        String tenant = order.tenant();
        String id = "batch_" + UUID.randomUUID().toString().replace("-", "");
        var key = contents.key(tenant);
        byte[] metadata = order.metadata()
                .map(pairs -> key.seal(Json.bytes(pairs), RequestBatch.purpose(tenant, id, "metadata")))
                .orElse(null);
        return seen(transactions.execute(status -> {
            files.keepForBatch(tenant, order.inputFile());
            int active = rows.active(tenant);
            if (active >= properties.maxActivePerTenant()) {
                throw ApiException.limited(
                        "requests",
                        "rate_limit_exceeded",
                        "This tenant has " + active + " batches that have not ended, and may have "
                                + properties.maxActivePerTenant() + ".",
                        BATCH_ENDED);
            }
            recordExpired(rows.trim(tenant, properties.maxEndedPerTenant()));
            RequestBatch batch =
                    rows.insert(order, id, metadata, properties.maxOutputSize().toBytes());
            audit.recordAdmin(
                    actor,
                    "admin.batch.create",
                    batch.subject(),
                    Map.of("endpoint", order.endpoint(), "input_file", order.inputFile()));
            return batch;
        }));
    }

    /** @throws SealException if it can't be opened */
    Optional<Seen> find(String tenant, String id) {
        return rows.find(tenant, id).map(this::seen);
    }

    /** Newest first. A batch that can't be decrypted is listed without its metadata and errors, so that it doesn't hide the others. */
    List<Seen> page(String tenant, @Nullable String after, int limit) {
        return rows.page(tenant, after, limit).stream().map(this::readable).toList();
    }

    /**
     * Cancels a batch, whether it can be decrypted or not; empty if there is none.
     *
     * @throws ApiException if it has ended, or its files are being written
     */
    Optional<Seen> cancel(Actor actor, String tenant, String id) {
        return transactions
                .execute(status -> {
                    var cancelled = rows.cancel(tenant, id);
                    cancelled.ifPresent(
                            batch -> audit.recordAdmin(actor, "admin.batch.cancel", batch.subject(), Map.of()));
                    return cancelled.or(() -> rows.find(tenant, id).map(Batches::requireCancelling));
                })
                .map(this::readable);
    }

    private static RequestBatch requireCancelling(RequestBatch batch) {
        if (batch.status() != BatchStatus.CANCELLING) {
            throw ApiException.refused(
                    409,
                    "conflict",
                    "The batch is " + batch.status().wire() + ": only one that is validating or in_progress can be"
                            + " cancelled.");
        }
        return batch;
    }

    /** Erases batches whose lifetime is over. */
    void expire() {
        int erased;
        do {
            erased = transactions.execute(status -> recordExpired(rows.expire(properties.ttl(), MAX_ERASED)));
        } while (erased == MAX_ERASED);
    }

    /** One batch, which may have results of hundreds of megabytes. */
    @Override
    public boolean eraseSome(Actor actor, String tenant) {
        return transactions.execute(status -> {
            var gone = rows.eraseOne(tenant);
            gone.ifPresent(batch -> audit.recordAdmin(actor, "admin.batch.delete", batch.subject(), Map.of()));
            return gone.isPresent();
        });
    }

    /** Erases all batches of a tenant, those that run too; returns the number. */
    int eraseAll(Actor actor, String tenant) {
        return Math.toIntExact(
                rows.ids(tenant).stream().filter(id -> erase(actor, tenant, id)).count());
    }

    private boolean erase(Actor actor, String tenant, String id) {
        return transactions.execute(status -> {
            boolean there = rows.delete(tenant, id);
            if (there) {
                audit.recordAdmin(actor, "admin.batch.delete", RequestBatch.subject(tenant, id), Map.of());
            }
            return there;
        });
    }

    private int recordExpired(List<BatchRows.Erased> gone) {
        gone.forEach(batch -> audit.recordAdmin(Actor.SYSTEM, "admin.batch.expire", batch.subject(), Map.of()));
        return gone.size();
    }

    private Seen readable(RequestBatch row) {
        try {
            return seen(row);
        } catch (SealException e) {
            LOG.warn("{} can't be decrypted: {}", row.id(), e.getMessage());
            return new Seen(row, Optional.empty(), Optional.empty());
        }
    }

    private Seen seen(RequestBatch batch) {
        return new Seen(
                batch,
                batch.sealedMetadata().map(text -> opened(batch, text, "metadata")),
                batch.sealedErrors().map(text -> opened(batch, text, "errors")));
    }

    private byte[] opened(RequestBatch batch, byte[] text, String part) {
        return contents.key(batch.tenant()).open(text, RequestBatch.purpose(batch.tenant(), batch.id(), part));
    }
}
