package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.ModelRows.Wanted;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Gives an empty registry the bundled model, and a store that lost its file the file. An entry of a jar is copied into the home first. */
@Component
final class BundledModelImport {
    private static final Logger LOG = LoggerFactory.getLogger(BundledModelImport.class);

    private final BundledModel model;
    private final Engine engine;
    private final ModelStore store;
    private final ModelCatalog catalog;
    private final ModelRows models;
    private final AliasRows aliases;
    private final BaseloadHome home;
    private final TransactionOperations transaction;

    BundledModelImport(
            BundledModel model,
            Engine engine,
            ModelStore store,
            ModelCatalog catalog,
            ModelRows models,
            AliasRows aliases,
            BaseloadHome home,
            TransactionOperations transaction) {
        this.model = model;
        this.engine = engine;
        this.store = store;
        this.catalog = catalog;
        this.models = models;
        this.aliases = aliases;
        this.home = home;
        this.transaction = transaction;
    }

    void run() {
        Optional<ModelRow> row = models.findById(model.id());
        if (row.isPresent() && store.find(row.get().sha256()).isEmpty()) {
            models.restore(model.id(), unpacked());
        } else if (models.count() == 0) {
            String sha256 = unpacked();
            try {
                transaction.executeWithoutResult(status -> {
                    catalog.file(model.id(), sha256, Wanted.BY_ALIAS);
                    aliases.point(model.alias(), model.id());
                });
            } catch (DuplicateKeyException e) {
                LOG.info("{} was filed by another process", model.id());
            }
        }
    }

    /**
     * Brings the file into the store.
     *
     * @return the hash of what is stored
     * @throws ModelStoreException if the store can't be written
     */
    private String unpacked() {
        LOG.info("Importing the bundled model {} …", model.id());
        try {
            return model.file().getProtocol().equals("file")
                    ? add(Path.of(URI.create(model.file().toString())))
                    : copyAndAdd();
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled model can't be unpacked: " + e.getMessage(), e);
        }
    }

    private String copyAndAdd() throws IOException {
        Path copy = Files.createTempFile(home.path(), "unpacking-", ".gguf");
        try (InputStream in = model.file().openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return add(copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private String add(Path file) throws IOException {
        String sha256 = sha256(file);
        if (!sha256.equals(model.sha256())) {
            throw new IllegalStateException("the bundled model is damaged: its SHA-256 is " + sha256);
        }
        var quarters = new int[1];
        return store.add(
                        model.id(),
                        folder -> engine.convert(file, folder, Optional.empty(), (done, total) -> {
                            quarters[0] = logged(quarters[0], done, total);
                            return true;
                        }))
                .sha256();
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** A line for each quarter. */
    private static int logged(int before, long done, long total) {
        int now = (int) (4 * done / Math.max(1, total));
        if (now > before) {
            LOG.info("… {} %", 25 * now);
        }
        return now;
    }
}
