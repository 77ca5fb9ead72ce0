package io.baseload.service.registry;

import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the bundled model into the store. */
final class Unpacking {
    private static final Logger LOG = LoggerFactory.getLogger(Unpacking.class);

    private Unpacking() {}

    /**
     * @param scratch a folder for the copy that a jar's entry needs on its way
     * @throws ModelStoreException if the store can't be written
     */
    static void run(BundledModel model, ModelStore store, Path scratch) {
        LOG.info("Importing the bundled model {} …", model.id());
        try {
            if (model.file().getProtocol().equals("file")) {
                add(model, store, Path.of(URI.create(model.file().toString())));
            } else {
                copyAndAdd(model, store, scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled model can't be unpacked: " + e.getMessage(), e);
        }
    }

    private static void copyAndAdd(BundledModel model, ModelStore store, Path scratch) throws IOException {
        Path copy = Files.createTempFile(scratch, "unpacking-", ".gguf");
        try (InputStream in = model.file().openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            add(model, store, copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static void add(BundledModel model, ModelStore store, Path file) {
        var tenths = new int[1];
        String sha256 = store.importFile(file, (done, total) -> {
                    tenths[0] = logged(tenths[0], done, total);
                    return true;
                })
                .sha256();
        if (!sha256.equals(model.sha256())) {
            throw new IllegalStateException("the bundled model is damaged: its SHA-256 is " + sha256);
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
