package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import io.baseload.service.encryption.SealingKey;
import io.baseload.service.tenant.TenantData;
import io.baseload.service.web.ApiException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The files of each tenant, with a limited lifetime. A tenant never sees another tenant's files. No file is ever in memory or on a disk as a whole: it is received, encrypted and
 * sent in pieces of a megabyte.
 *
 * <p>A file that is being written counts with its maximum size, so that concurrent uploads can't exceed the tenant's limit together.
 */
final class FileStore implements TenantData {
    private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
    private static final Duration SOON = Duration.ofSeconds(5);
    /** Erased in one transaction, so that none exceeds the database's time limit. */
    private static final int MAX_ERASED = 100;

    private static final long MAX_ERASED_BYTES = 64 << 20;

    private final FileRows rows;
    private final BatchRows batches;
    private final Contents contents;
    private final MasterKeys keys;
    private final TransactionOperations transactions;
    private final AuditTrail audit;
    private final FileProperties properties;

    FileStore(
            FileRows rows,
            BatchRows batches,
            Contents contents,
            MasterKeys keys,
            TransactionOperations transactions,
            AuditTrail audit,
            FileProperties properties) {
        this.rows = rows;
        this.batches = batches;
        this.contents = contents;
        this.keys = keys;
        this.transactions = transactions;
        this.audit = audit;
        this.properties = properties;
    }

    /**
     * Begins a file that a tenant uploads.
     *
     * @param mostBytes its maximum size
     * @throws ApiException if no files can be stored, or the tenant has no room for it
     */
    FileDraft begin(String tenant, String filename, long mostBytes) {
        if (!keys.present() || properties.ttl().isZero()) {
            throw ApiException.invalid(
                    "file",
                    "unsupported_value",
                    "Files can't be stored: this service has no master key, or its configuration allows no files.");
        }
        var key = contents.key(tenant);
        String id = "file-" + UUID.randomUUID().toString().replace("-", "");
        transactions.executeWithoutResult(status -> {
            rows.lock(tenant);
            var taken = rows.taken(tenant);
            if (taken.files() >= properties.maxCountPerTenant()) {
                throw full(tooMany(taken));
            }
            if (taken.bytes() + mostBytes > properties.maxSizePerTenant().toBytes()) {
                throw full(tooLarge(taken));
            }
            rows.insert(tenant, id, filename, StoredFile.INPUT, mostBytes, properties.ttl());
        });
        return new FileDraft(rows, key, tenant, id);
    }

    /**
     * Keeps a file for a new batch. Within a transaction: until it ends nobody can delete the file, and nobody else can add files or batches of the tenant.
     *
     * @throws ApiException if there is no such file, or batches have written more files than the tenant may have
     */
    void keepForBatch(String tenant, String id) {
        if (!rows.hold(tenant, id, StoredFile.INPUT)) {
            throw ApiException.refused(404, "not_found", "No such File object: " + id)
                    .withParam("input_file_id");
        }
        rows.lock(tenant);
        var taken = rows.taken(tenant);
        if (taken.files() > properties.maxCountPerTenant()) {
            throw full(tooMany(taken));
        }
        if (taken.bytes() > properties.maxSizePerTenant().toBytes()) {
            throw full(tooLarge(taken));
        }
    }

    private String tooMany(FileRows.Taken taken) {
        return "has " + taken.files() + " files, and may have " + properties.maxCountPerTenant();
    }

    private String tooLarge(FileRows.Taken taken) {
        return "has files of " + taken.bytes() + " bytes, and may have "
                + properties.maxSizePerTenant().toBytes();
    }

    /**
     * Begins a file that a batch writes. Parts left by a process that didn't finish are removed.
     *
     * @param instance this process, which has taken the batch
     * @param id the same, whichever process writes it
     * @throws LostBatchException if the batch is no longer this process's
     */
    FileDraft beginOutput(RequestBatch batch, UUID instance, String id, String filename, Duration ttl) {
        var key = contents.key(batch.tenant());
        holding(batch, instance, () -> {
            rows.delete(batch.tenant(), id);
            rows.insert(batch.tenant(), id, filename, StoredFile.OUTPUT, 0, ttl);
        });
        return new FileDraft(rows, key, batch.tenant(), id);
    }

    /**
     * A step of a process that works on a batch, in a transaction: until it ends no other process can take the batch, read its file or write its results.
     *
     * @throws LostBatchException if the batch is no longer this process'
     */
    <T> T holding(RequestBatch batch, UUID instance, Supplier<T> step) {
        return transactions.execute(status -> {
            if (!batches.hold(batch, instance)) {
                throw new LostBatchException(batch);
            }
            return step.get();
        });
    }

    void holding(RequestBatch batch, UUID instance, Runnable step) {
        holding(batch, instance, () -> {
            step.run();
            return true;
        });
    }

    private static ApiException full(String what) {
        return ApiException.refused(
                413, "storage_limit_exceeded", "This tenant " + what + ". Delete some, or wait until they expire.");
    }

    /** Completes the file with the content of the draft. */
    StoredFile finish(Actor actor, FileDraft draft, Optional<Duration> ttl) {
        return transactions.execute(status -> {
            var file = rows.complete(draft.tenant(), draft.id(), draft.bytes(), ttl.orElse(properties.ttl()))
                    .orElseThrow(() -> new IllegalStateException(draft.id() + " is gone"));
            audit.recordAdmin(
                    actor,
                    "admin.file.create",
                    subject(file.tenant(), file.id()),
                    Map.of("purpose", file.purpose(), "bytes", file.bytes()));
            return file;
        });
    }

    /** Removes the parts of a file that nobody will complete. */
    void discard(FileDraft draft) {
        discard(draft.tenant(), draft.id());
    }

    void discard(String tenant, String id) {
        transactions.executeWithoutResult(status -> rows.delete(tenant, id));
    }

    Optional<StoredFile> find(String tenant, String id) {
        return rows.find(tenant, id);
    }

    List<StoredFile> page(
            String tenant, @Nullable String purpose, @Nullable String after, boolean newestFirst, int limit) {
        return rows.page(tenant, purpose, after, newestFirst, limit);
    }

    /**
     * Writes the text of a file, piece by piece.
     *
     * @throws UnreadableException if a piece is missing or was changed
     */
    void copy(StoredFile file, OutputStream out) throws IOException {
        var key = contents.key(file.tenant());
        long left = file.bytes();
        for (int place = 0; left > 0; place++) {
            byte[] text = open(key, file, place);
            out.write(text);
            left -= text.length;
        }
    }

    /**
     * Writes the text of a file for a client.
     *
     * @throws ApiException if a piece is missing or was changed
     */
    void send(StoredFile file, OutputStream out) throws IOException {
        try {
            copy(file, out);
        } catch (UnreadableException e) {
            LOG.warn("A file can't be read: {}", e.getMessage());
            throw ApiException.unavailable(
                    ApiException.STORAGE_UNAVAILABLE, "The content of " + file.id() + " can't be read now.", SOON);
        }
    }

    /**
     * The file that a batch reads.
     *
     * @throws UnreadableException if it is gone
     */
    StoredFile input(RequestBatch batch) {
        return rows.input(batch).orElseThrow(() -> new UnreadableException(batch.inputFile() + " is gone.", null));
    }

    /** To read parts of a file. */
    Parts parts(StoredFile file) {
        return new Parts(file);
    }

    /** Parts of a file. Those in order open each piece once. For one thread. */
    final class Parts {
        private final StoredFile file;
        private final SealingKey key;
        private byte[] piece = new byte[0];
        private int place = -1; // of the piece

        private Parts(StoredFile file) {
            this.file = file;
            this.key = contents.key(file.tenant());
        }

        /** @throws UnreadableException if it is missing or was changed */
        byte[] read(long from, int length) {
            var text = new byte[length];
            int done = 0;
            while (done < length) {
                find((int) ((from + done) / FileDraft.PIECE));
                int skipped = (int) ((from + done) % FileDraft.PIECE);
                int some = Math.min(length - done, piece.length - skipped);
                System.arraycopy(piece, skipped, text, done, some);
                done += some;
            }
            return text;
        }

        private void find(int wanted) {
            if (wanted != place) {
                piece = open(key, file, wanted);
                place = wanted;
            }
        }
    }

    /** @throws UnreadableException if the piece is missing or was changed */
    byte[] open(SealingKey key, StoredFile file, int place) {
        byte[] sealed = rows.piece(file.tenant(), file.id(), place)
                .orElseThrow(() -> new UnreadableException(file.id() + " has no piece " + place + ".", null));
        long left = file.bytes() - (long) place * FileDraft.PIECE;
        try {
            return key.open(sealed, FileDraft.purpose(file.tenant(), file.id(), place, left));
        } catch (SealException e) {
            throw new UnreadableException("Piece " + place + " of " + file.id() + " can't be opened.", e);
        }
    }

    /**
     * Deletes a file; false if there was none.
     *
     * @throws ApiException if a batch still reads it
     */
    boolean delete(Actor actor, String tenant, String id) {
        return transactions.execute(status -> {
            if (!rows.lock(tenant, id)) {
                return false;
            }
            if (batches.uses(tenant, id)) {
                throw ApiException.refused(
                        409, "conflict", "A batch that has not ended reads this file: cancel it first.");
            }
            rows.delete(tenant, id);
            audit.recordAdmin(actor, "admin.file.delete", subject(tenant, id), Map.of());
            return true;
        });
    }

    /** Erases files that have expired, or are older than their tenant's retention of contents. */
    void expire() {
        int erased;
        do {
            erased = transactions.execute(status -> {
                var gone = rows.expire(MAX_ERASED, MAX_ERASED_BYTES);
                gone.stream()
                        .filter(FileRows.Erased::complete)
                        .forEach(file -> audit.recordAdmin(
                                Actor.SYSTEM, "admin.file.expire", subject(file.tenant(), file.id()), Map.of()));
                return gone.size();
            });
        } while (erased > 0);
    }

    /** One file, which may have hundreds of pieces. */
    @Override
    public boolean eraseSome(Actor actor, String tenant) {
        return transactions.execute(status -> {
            var gone = rows.eraseOne(tenant);
            gone.filter(FileRows.Erased::complete)
                    .ifPresent(file ->
                            audit.recordAdmin(actor, "admin.file.delete", subject(file.tenant(), file.id()), Map.of()));
            return gone.isPresent();
        });
    }

    /** Erases all files of a tenant, but uploads that have not ended; returns the number. */
    int eraseAll(Actor actor, String tenant) {
        return Math.toIntExact(
                rows.present(tenant).stream().filter(file -> erase(actor, file)).count());
    }

    private boolean erase(Actor actor, FileRows.Erased file) {
        return transactions.execute(status -> {
            boolean there = rows.delete(file.tenant(), file.id());
            if (there && file.complete()) {
                audit.recordAdmin(actor, "admin.file.delete", subject(file.tenant(), file.id()), Map.of());
            }
            return there;
        });
    }

    static String subject(String tenant, String id) {
        return "tenants/" + tenant + "/files/" + id;
    }
}
