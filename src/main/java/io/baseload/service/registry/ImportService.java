package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Encodings;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.AddedModel;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.DiskSpace;
import io.baseload.service.registry.ImportFolder.Snapshot;
import io.baseload.service.registry.ImportFolder.SourceFile;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Imports models from the import folder into the store, in the form that the engine maps. */
@Component
public final class ImportService {
    /** The share of the progress that counts as hashing. */
    private static final double HASHING = 0.2;

    /** The disk is checked again each time this many bytes were written: other jobs write too. */
    private static final long CHECKED_BYTES = 64 << 20;

    private final ImportFolder folder;
    private final Engine engine;
    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelLoader loader;
    private final Jobs jobs;
    private final DiskSpace space;
    private final AuditTrail audit;
    private final TransactionOperations transactions;

    /**
     * The stored task of an import.
     *
     * @param quantize the name of a quantization; null = as {@link Engine#convert} chooses
     */
    record ImportTask(
            Actor actor, String path, String name, @Nullable String quantize) {
        Optional<Quantization> quantization() {
            return Optional.ofNullable(quantize).flatMap(Quantization::named);
        }
    }

    /**
     * The files read and stored by an import.
     *
     * @param sha256 names the content as stored
     * @param bytes of the stored weights
     * @param quantization the format of the weights
     */
    public record Imported(List<SourceFile> source, String sha256, long bytes, Quantization quantization) {
        /**
         * In the form of the audit trail.
         *
         * @param path of the imported file or folder, as in the request
         */
        public Map<String, ?> detail(String path) {
            return Map.of(
                    "path",
                    path,
                    "source",
                    source.stream().map(Imported::detail).toList(),
                    "sha256",
                    sha256,
                    "bytes",
                    bytes,
                    "quantization",
                    quantization.label());
        }

        private static Map<String, ?> detail(SourceFile file) {
            return new TreeMap<>(Map.of("name", file.name(), "bytes", file.bytes(), "sha256", file.sha256()));
        }
    }

    ImportService(
            ImportFolder folder,
            Engine engine,
            ModelStore store,
            ModelCatalog catalog,
            ModelLoader loader,
            Jobs jobs,
            DiskSpace space,
            AuditTrail audit,
            TransactionOperations transactions) {
        this.folder = folder;
        this.engine = engine;
        this.store = store;
        this.catalog = catalog;
        this.loader = loader;
        this.jobs = jobs;
        this.space = space;
        this.audit = audit;
        this.transactions = transactions;
        jobs.define(Job.Kind.IMPORT, ImportTask.class, task -> progress -> run(task, progress));
    }

    /**
     * Imports a file or folder as a model, which is then stored, not loaded.
     *
     * @param path relative to the import folder
     * @param name the model's id
     * @param quantization the format of the weights; empty = as {@link Engine#convert} chooses
     * @param actor who requested it
     * @param recorded runs in the transaction that creates the job
     * @throws io.baseload.chat.api.InvalidRequestException if path or name is not allowed
     * @throws ConflictException if the name is taken
     * @throws io.baseload.service.database.NotEnoughDiskException if it would fill the disk
     */
    public Job start(
            String path, String name, Optional<Quantization> quantization, Actor actor, Consumer<Job> recorded) {
        loader.requireEngine();
        ModelCatalog.checkName("name", name);
        catalog.refuseIfTaken(name);
        space.require(store.folder(), folder.snapshot(path).bytes());
        var task = new ImportTask(
                actor, path, name, quantization.map(Quantization::label).orElse(null));
        return jobs.start(Job.Kind.IMPORT, name, task, recorded);
    }

    /**
     * Checks the disks before a pull.
     *
     * @param pulled bytes for the import folder
     * @param imported bytes for the store
     * @throws io.baseload.service.database.NotEnoughDiskException if they would fill one
     */
    void requireSpace(long pulled, long imported) {
        space.require(Map.of(folder.root(), pulled, store.folder(), imported));
    }

    /** @throws ConflictException in a process without an engine */
    void requireEngine() {
        loader.requireEngine();
    }

    private void run(ImportTask task, Progress progress) {
        if (progress.isFiled()) {
            return;
        }
        run(
                task.path(),
                task.name(),
                task.quantization(),
                progress,
                imported -> record(task.actor(), task.name(), imported.detail(task.path())));
    }

    /** @param detail of the import */
    void record(Actor actor, String name, Map<String, ?> detail) {
        audit.recordAdmin(actor, "admin.model.imported", "models/" + name, detail);
    }

    /**
     * The import itself.
     *
     * @param filed runs in the transaction that makes it a model
     */
    void run(
            String path,
            String name,
            Optional<Quantization> quantization,
            Progress progress,
            Consumer<Imported> filed) {
        progress.at(0, "reading the header");
        Snapshot before = folder.snapshot(path);
        check(before.model(), progress);
        List<SourceFile> files = hashed(before, progress);
        AddedModel added = store(path, before, files, quantization, progress);
        Conversion done = added.conversion();
        done.warnings().forEach(progress::remark);
        progress.at(0.99, "filing");
        String sha256 = added.model().sha256();
        file(name, sha256, row -> {
            filed.accept(new Imported(files, sha256, row.bytes(), done.quantization()));
            progress.file();
        });
    }

    /** Files that are written or replaced while they are read, for example through a link, don't become a model, because the trail would name different files from those read. */
    private AddedModel store(
            String path,
            Snapshot before,
            List<SourceFile> files,
            Optional<Quantization> quantization,
            Progress progress) {
        Path file = before.model();
        return store.add(
                String.valueOf(file.getFileName()),
                SourceFile.identity(files, quantization),
                (bytes, total) -> afterHashing(progress, bytes, total, "verifying the stored model"),
                stored -> {
                    Conversion done = convert(file, stored, quantization, progress);
                    refuseUnlessSame(path, before);
                    return done;
                });
    }

    /** Checks that the model can be used, whatever its kind. */
    private void check(Path file, Progress progress) {
        ModelInfo info = engine.inspect(file);
        if (info.task() == ModelTask.GENERATE) {
            Completions.check(engine.vocabulary(file), file).forEach(progress::remark);
        } else {
            Encodings.check(info, engine.vocabulary(file), file);
        }
    }

    private static List<SourceFile> hashed(Snapshot source, Progress progress) {
        var read = new AtomicLong();
        long total = Math.max(1, source.bytes());
        return source.hashed(more -> progress.at(HASHING * read.addAndGet(more) / total, "hashing"));
    }

    private void file(String name, String sha256, Consumer<ModelRow> filed) {
        try {
            loader.inTurn(() -> transactions.executeWithoutResult(status -> {
                catalog.refuseIfTaken(name);
                filed.accept(catalog.file(name, sha256, LoadDemand.NO));
            }));
        } catch (RuntimeException e) {
            loader.inTurn(() -> catalog.tidy(sha256));
            throw e;
        }
    }

    private void refuseUnlessSame(String path, Snapshot before) {
        if (!folder.snapshot(path).equals(before)) {
            throw new ConflictException("'" + path + "' was changed while it was imported: import it again.");
        }
    }

    private Conversion convert(Path file, Path folder, Optional<Quantization> quantization, Progress progress) {
        var checked = new AtomicLong();
        return engine.convert(file, folder, quantization, (bytes, total) -> {
            if (bytes >= checked.get()) {
                space.require(folder, total - bytes);
                checked.set(bytes + CHECKED_BYTES);
            }
            return afterHashing(progress, bytes, total, "writing");
        });
    }

    private static boolean afterHashing(Progress progress, long bytes, long total, String message) {
        progress.at(HASHING + (0.99 - HASHING) * bytes / Math.max(1, total), message);
        return true;
    }
}
