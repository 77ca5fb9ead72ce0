package io.baseload.engine.store;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of model files, each in a directory named by its SHA-256 and never changed. A model appears by one rename, after its bytes are on the disk, so
 * a crash leaves either the whole model or a temporary directory that the next {@link #open} removes. One process at a time may have a store open.
 */
public final class ModelStore {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final String TEMPORARY = ".import-";
    private static final String FILE = "model.gguf";

    private final Path folder;

    private ModelStore(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the store, creating its folder if there is none.
     *
     * @throws ModelStoreException if the folder can't be written
     */
    public static ModelStore open(Path folder) {
        ModelStore store = new ModelStore(folder);
        try {
            Files.createDirectories(folder);
            store.removeLeftovers();
        } catch (IOException e) {
            throw new ModelStoreException(folder, "be opened", e);
        }
        return store;
    }

    /**
     * Checks a model file and copies it. A file that the store has already is not stored twice.
     *
     * @param source the file itself; whoever calls has resolved links and decided that it may be read
     * @throws io.baseload.engine.api.ModelFileException if the file is broken
     * @throws ModelStoreException if it can't be written; nothing of it stays
     * @throws CancellationException if {@code progress} ended it; nothing of it stays
     */
    public StoredModel importFile(Path source, Progress progress) {
        check(source);
        Path temporary = temporary();
        try {
            Path copy = temporary.resolve(FILE);
            String hash = HashingCopy.copy(source, copy, progress);
            check(copy);
            return publish(temporary, hash);
        } catch (IOException e) {
            throw new ModelStoreException(folder, "take " + source.getFileName(), e);
        } finally {
            Folders.removeQuietly(temporary);
        }
    }

    /** All models, by hash. */
    public List<StoredModel> list() {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(ModelStore::holdsModel)
                    .sorted()
                    .map(ModelStore::stored)
                    .toList();
        } catch (IOException e) {
            throw new ModelStoreException(folder, "be listed", e);
        }
    }

    /** The model's file, if the store has it. */
    public Optional<Path> find(String sha256) {
        return Optional.of(directory(sha256)).filter(ModelStore::holdsModel).map(directory -> directory.resolve(FILE));
    }

    /** Removes a model; who has it mapped keeps its bytes until the mapping ends. Returns false if there was none. */
    public boolean delete(String sha256) {
        Path directory = directory(sha256);
        if (!holdsModel(directory)) {
            return false;
        }
        try {
            Path temporary = folder.resolve(TEMPORARY + "delete-" + sha256);
            Folders.rename(folder, directory, temporary);
            Folders.removeQuietly(temporary);
            return true;
        } catch (IOException e) {
            throw new ModelStoreException(folder, "delete " + sha256, e);
        }
    }

    private static void check(Path file) {
        try (GgufFile gguf = GgufFile.open(file)) {
            GgufVocabulary.read(gguf.metadata());
        }
    }

    private StoredModel publish(Path temporary, String hash) throws IOException {
        Path directory = directory(hash);
        if (!holdsModel(directory)) {
            Folders.sync(temporary);
            Folders.rename(folder, temporary, directory);
        }
        return stored(directory);
    }

    private Path temporary() {
        try {
            return Files.createTempDirectory(folder, TEMPORARY);
        } catch (IOException e) {
            throw new ModelStoreException(folder, "be written", e);
        }
    }

    private void removeLeftovers() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            children.filter(child -> child.getFileName().toString().startsWith(TEMPORARY))
                    .forEach(Folders::removeQuietly);
        }
    }

    private Path directory(String sha256) {
        if (!HASH.matcher(sha256).matches()) {
            throw new IllegalArgumentException("a SHA-256 has 64 lower-case hexadecimal digits, not " + sha256);
        }
        return folder.resolve(sha256);
    }

    private static boolean holdsModel(Path directory) {
        return HASH.matcher(directory.getFileName().toString()).matches()
                && Files.isRegularFile(directory.resolve(FILE));
    }

    private static StoredModel stored(Path directory) {
        Path file = directory.resolve(FILE);
        return new StoredModel(
                directory.getFileName().toString(), file, file.toFile().length());
    }
}
