package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.database.DiskSpace;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.ModelRows.Wanted;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Takes models from the import folder into the store, in the form that the engine maps. */
@Component
public final class ImportService {
    private final ImportFolder folder;
    private final Engine engine;
    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelLoader loader;
    private final Jobs jobs;
    private final DiskSpace space;
    private final TransactionOperations transactions;

    /**
     * What an import has stored.
     *
     * @param sha256 names its content, as it is stored
     * @param bytes of the stored weights
     * @param quantization what became of the weights
     */
    public record Imported(String sha256, long bytes, Quantization quantization) {}

    ImportService(
            ImportFolder folder,
            Engine engine,
            ModelStore store,
            ModelCatalog catalog,
            ModelLoader loader,
            Jobs jobs,
            DiskSpace space,
            TransactionOperations transactions) {
        this.folder = folder;
        this.engine = engine;
        this.store = store;
        this.catalog = catalog;
        this.loader = loader;
        this.jobs = jobs;
        this.space = space;
        this.transactions = transactions;
    }

    /**
     * Imports a file or folder as a model, which is then stored, not loaded.
     *
     * @param path relative to the import folder
     * @param name the model's id
     * @param quantization what becomes of the weights; empty = as {@link Engine#convert} chooses
     * @param recorded runs in the transaction that creates the job
     * @param filed runs in the transaction that makes it a model
     * @throws io.baseload.chat.api.InvalidRequestException if path or name is not allowed
     * @throws ConflictException if the name is taken
     * @throws io.baseload.service.database.NotEnoughDiskException if it would fill the disk
     */
    public Job start(
            String path,
            String name,
            Optional<Quantization> quantization,
            Consumer<Job> recorded,
            Consumer<Imported> filed) {
        ModelCatalog.checkName("name", name);
        Path file = folder.find(path);
        catalog.refuseIfTaken(name);
        space.require(ImportFolder.bytes(file));
        return jobs.start(Job.Kind.IMPORT, name, recorded, progress -> {
            var done = new AtomicReference<Quantization>();
            String sha256 = store(path, file, quantization, progress, done);
            progress.at(0.99, "filing");
            file(name, sha256, row -> filed.accept(new Imported(sha256, row.bytes(), done.get())));
        });
    }

    /** Links are followed again before the file is read and after it: what was exchanged meanwhile becomes no model. */
    private String store(
            String path,
            Path file,
            Optional<Quantization> quantization,
            Progress progress,
            AtomicReference<Quantization> done) {
        progress.at(0, "reading the header");
        refuseIfExchanged(path, file);
        return store.add(String.valueOf(file.getFileName()), stored -> {
                    done.set(convert(file, stored, quantization, progress));
                    refuseIfExchanged(path, file);
                })
                .sha256();
    }

    private void file(String name, String sha256, Consumer<ModelRow> filed) {
        try {
            loader.inTurn(() -> transactions.executeWithoutResult(status -> {
                catalog.refuseIfTaken(name);
                filed.accept(catalog.file(name, sha256, Wanted.NO));
            }));
        } catch (RuntimeException e) {
            loader.inTurn(() -> catalog.tidy(sha256));
            throw e;
        }
    }

    private void refuseIfExchanged(String path, Path file) {
        if (!folder.find(path).equals(file)) {
            throw new ConflictException("'" + path + "' was exchanged while it was imported: import it again.");
        }
    }

    private Quantization convert(Path file, Path folder, Optional<Quantization> quantization, Progress progress) {
        Completions.check(engine.vocabulary(file), file).forEach(progress::remark);
        Conversion done = engine.convert(file, folder, quantization, (bytes, total) -> {
            progress.at(0.99 * bytes / Math.max(1, total), "writing");
            return true;
        });
        done.warnings().forEach(progress::remark);
        return done.quantization();
    }
}
