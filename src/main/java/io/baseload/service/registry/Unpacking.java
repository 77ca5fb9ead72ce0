package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
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

/** Brings the bundled model into the store. */
final class Unpacking {
    private static final Logger LOG = LoggerFactory.getLogger(Unpacking.class);

    private Unpacking() {}

    /**
     * @param scratch a folder for the copy that a jar's entry needs on its way
     * @return the hash of what is stored
     * @throws ModelStoreException if the store can't be written
     */
    static String run(BundledModel model, Engine engine, ModelStore store, Path scratch) {
        LOG.info("Importing the bundled model {} …", model.id());
        try {
            return model.file().getProtocol().equals("file")
                    ? add(model, engine, store, Path.of(URI.create(model.file().toString())))
                    : copyAndAdd(model, engine, store, scratch);
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled model can't be unpacked: " + e.getMessage(), e);
        }
    }

    private static String copyAndAdd(BundledModel model, Engine engine, ModelStore store, Path scratch)
            throws IOException {
        Path copy = Files.createTempFile(scratch, "unpacking-", ".gguf");
        try (InputStream in = model.file().openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            return add(model, engine, store, copy);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static String add(BundledModel model, Engine engine, ModelStore store, Path file) throws IOException {
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
