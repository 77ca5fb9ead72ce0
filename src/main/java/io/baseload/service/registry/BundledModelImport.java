package io.baseload.service.registry;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.store.AddedModel;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.registry.ImportFolder.SourceFile;
import io.baseload.service.registry.ImportService.Imported;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Imports the bundled model into a new installation, which has no models, aliases or backends yet, and restores its file in a store that lost it. An entry of a jar is copied into the
 * home first.
 */
@Component
public final class BundledModelImport {
    private static final Logger LOG = LoggerFactory.getLogger(BundledModelImport.class);

    /**
     * The model that comes with the service and is imported into an empty registry.
     *
     * @param id its id in the registry
     * @param alias the alias that points to it at first
     * @param sha256 the expected hash of its file
     * @param file where it is: a file, or an entry of the executable jar
     */
    public record Bundled(String id, String alias, String sha256, URL file) {}

    private final Bundled model;
    private final Engine engine;
    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelRows models;
    private final BaseloadHome home;
    private final AuditTrail audit;
    private final TransactionOperations transaction;

    BundledModelImport(
            Bundled model,
            Engine engine,
            ModelStore store,
            ModelCatalog catalog,
            ModelRows models,
            BaseloadHome home,
            AuditTrail audit,
            TransactionOperations transaction) {
        this.model = model;
        this.engine = engine;
        this.store = store;
        this.catalog = catalog;
        this.models = models;
        this.home = home;
        this.audit = audit;
        this.transaction = transaction;
    }

    /**
     * Does so if necessary.
     *
     * @param filed points its alias to it, in the transaction that makes it a model; a {@link DuplicateKeyException} means that somebody else has set things up meanwhile
     */
    public void run(Consumer<Bundled> filed) {
        Optional<ModelRow> row = models.findById(model.id());
        if (row.isPresent() && store.find(row.get().sha256()).isEmpty()) {
            Imported imported = unpacked();
            transaction.executeWithoutResult(status -> {
                catalog.restore(model.id(), imported.sha256());
                record(imported);
            });
        } else if (models.nothingIsSetUp()) {
            Imported imported = unpacked();
            try {
                transaction.executeWithoutResult(status -> {
                    catalog.file(model.id(), imported.sha256(), LoadDemand.BY_ALIAS);
                    filed.accept(model);
                    record(imported);
                    audit.recordAdmin(
                            Actor.SYSTEM, "admin.alias.put", "aliases/" + model.alias(), Map.of("model", model.id()));
                });
            } catch (DuplicateKeyException e) {
                LOG.info("{} or its alias was made by another process", model.id());
                catalog.tidy(imported.sha256());
            }
        }
    }

    private void record(Imported imported) {
        audit.recordAdmin(
                Actor.SYSTEM,
                "admin.model.imported",
                "models/" + model.id(),
                imported.detail("bundled with the service"));
    }

    /**
     * Brings the file into the store.
     *
     * @throws ModelStoreException if the store can't be written
     */
    private Imported unpacked() {
        LOG.info("Importing the bundled model {} …", model.id());
        try {
            return model.file().getProtocol().equals("file")
                    ? add(Path.of(URI.create(model.file().toString())))
                    : copyAndAdd();
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled model can't be unpacked: " + e.getMessage(), e);
        }
    }

    private Imported copyAndAdd() throws IOException {
        Path copy = Files.createTempFile(home.path(), "unpacking-", ".gguf");
        try (InputStream in = model.file().openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return add(copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private Imported add(Path file) {
        var source = SourceFile.of(Objects.requireNonNull(file.getParent()), file, read -> {});
        if (!source.sha256().equals(model.sha256())) {
            throw new IllegalStateException("the bundled model is damaged: its SHA-256 is " + source.sha256());
        }
        var quarters = new int[1];
        String name = model.file().getPath().replaceFirst(".*/", "");
        var files = List.of(new SourceFile(name, source.bytes(), source.sha256()));
        AddedModel added = store.add(
                model.id(),
                SourceFile.identity(files, Optional.empty()),
                ByteProgress.NONE,
                folder -> engine.convert(file, folder, Optional.empty(), (bytes, total) -> {
                    quarters[0] = logged(quarters[0], bytes, total);
                    return true;
                }));
        return new Imported(
                files,
                added.model().sha256(),
                engine.inspect(added.model().folder()).bytes(),
                added.conversion().quantization());
    }

    /** A log line for each quarter. */
    private static int logged(int before, long done, long total) {
        int now = (int) (4 * done / Math.max(1, total));
        if (now > before) {
            LOG.info("… {} %", 25 * now);
        }
        return now;
    }
}
