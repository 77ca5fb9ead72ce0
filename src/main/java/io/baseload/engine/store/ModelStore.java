package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder of models, each in a directory named by the hash of its content and never changed. A model is added by one rename, after its bytes are on the disk, so a crash leaves either the
 * whole model or a temporary directory. The same import continues in that directory. After {@link #KEPT} days without one, {@link #open} removes it, unless another process has the store
 * open. A source that was imported before is not converted again while its model is in the store and undamaged.
 */
public final class ModelStore implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ModelStore.class.getName());
    private static final String TEMPORARY = ".import-";

    /** Another number once an import of the same source stores more than before, such as a further file. */
    private static final int CONTENT = 3;

    /** Part of an import's key: another one once an import of the same source stores something else than before, or stores it in another form. */
    private static final String RESULT = ModelHeader.VERSION + "." + CONTENT;

    /** Days for which an unfinished import is kept. */
    static final int KEPT = 7;

    private final Path folder;
    private final StoreLock lock;
    private final ImportLocks imports;
    private final ImportRecords records;
    private volatile boolean pausing;

    private ModelStore(Path folder, StoreLock lock, ImportLocks imports) {
        this.folder = folder;
        this.lock = lock;
        this.imports = imports;
        this.records = new ImportRecords(folder);
    }

    /** Writes a model into an empty folder, or into one in which the same import was interrupted. An exception ends the import. */
    @FunctionalInterface
    public interface Content {
        Conversion write(Path folder);
    }

    /**
     * Opens the store, creating its folder if there is none.
     *
     * @throws ModelStoreException if the folder can't be written
     */
    public static ModelStore open(Path folder) {
        try {
            Files.createDirectories(folder);
            StoreLock lock = StoreLock.take(folder, () -> removeLeftovers(folder));
            return new ModelStore(folder, lock, ImportLocks.open(folder));
        } catch (IOException e) {
            throw new ModelStoreException(folder, "be opened", e);
        }
    }

    /**
     * Adds a model. A model with the same content is not stored twice, but replaced if its files have been damaged. If it was imported from the same source before, the stored model is read
     * and compared with its checksums, and {@code content} is not used.
     *
     * @param name the model's name in exceptions
     * @param source identifies the bytes of the imported files and the target format: after a crash, an import with the same source continues
     * @param verified receives the progress of reading the stored model
     * @throws java.util.concurrent.CancellationException if {@code verified} cancelled it
     * @throws ModelStoreException if it can't be written; then nothing of it remains
     */
    public AddedModel add(String name, String source, ByteProgress verified, Content content) {
        String key = Sha256.of((RESULT + " " + source).getBytes(StandardCharsets.UTF_8));
        try (ImportLocks.Lock own = imports.tryLock(key)) {
            Optional<AddedModel> earlier = earlier(key, verified);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            Path temporary = own.held() ? Files.createDirectories(folder.resolve(TEMPORARY + key)) : temporary();
            AddedModel added = add(temporary, content);
            records.put(
                    key,
                    new ImportRecords.Ended(
                            added.model().sha256(), added.conversion().warnings()));
            return added;
        } catch (UncheckedIOException e) {
            throw new ModelStoreException(folder, "take " + name, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw new ModelStoreException(folder, "take " + name, e);
        }
    }

    /** The model of an earlier import of the same source, if it is there and undamaged. */
    private Optional<AddedModel> earlier(String key, ByteProgress verified) {
        return records.find(key)
                .filter(ended -> isStored(ended.sha256(), verified))
                .map(ended -> {
                    Path directory = directory(ended.sha256());
                    var conversion = new Conversion(StoredFolder.open(directory).quantization(), ended.warnings());
                    return new AddedModel(stored(directory), conversion);
                });
    }

    private boolean isStored(String sha256, ByteProgress verified) {
        Path directory = directory(sha256);
        return holdsModel(directory) && isIntact(directory, verified);
    }

    private AddedModel add(Path temporary, Content content) throws IOException {
        boolean finished = false;
        try {
            Conversion conversion = content.write(temporary);
            StoredModel model = publish(temporary);
            finished = true;
            return new AddedModel(model, conversion);
        } finally {
            if (finished || !pausing || !ModelWriter.isUnfinished(temporary)) {
                Folders.removeQuietly(temporary);
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /** Called when the process ends: from now on, an import that is cancelled keeps its written files, so that it can continue later. */
    public void pause() {
        pausing = true;
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

    /** The model's folder, if the store has it. */
    public Optional<Path> find(String sha256) {
        return Optional.of(directory(sha256)).filter(ModelStore::holdsModel);
    }

    /** Removes a model; existing mappings of it remain valid. Returns false if there was none. */
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

    private StoredModel publish(Path temporary) throws IOException {
        String sha256 = StoredFolder.id(temporary);
        Path directory = directory(sha256);
        if (holdsModel(directory) && !isIntact(directory, ByteProgress.NONE)) {
            delete(sha256);
        }
        if (!holdsModel(directory)) {
            take(temporary, directory);
        }
        return stored(directory);
    }

    /** Another import of the same model may have been faster; its content is the same. */
    private void take(Path temporary, Path directory) throws IOException {
        try {
            Folders.rename(folder, temporary, directory);
        } catch (FileSystemException e) {
            if (!holdsModel(directory)) {
                throw e;
            }
        }
    }

    /** Whether a stored model is undamaged. If not, importing it again repairs it. */
    private static boolean isIntact(Path directory, ByteProgress verified) {
        try {
            StoredFolder.open(directory).verify(verified);
            return true;
        } catch (ModelFileException e) {
            LOG.log(System.Logger.Level.WARNING, "a stored model is replaced: {0}", e.getMessage());
            return false;
        }
    }

    private Path temporary() {
        try {
            return Files.createTempDirectory(folder, TEMPORARY);
        } catch (IOException e) {
            throw new ModelStoreException(folder, "be written", e);
        }
    }

    private static void removeLeftovers(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            children.filter(child -> child.getFileName().toString().startsWith(TEMPORARY) && !mayGoOn(child))
                    .forEach(Folders::removeQuietly);
        }
        new ImportRecords(folder).removeUnless(sha256 -> holdsModel(folder.resolve(sha256)));
    }

    private static boolean mayGoOn(Path temporary) {
        Path journal = temporary.resolve(ImportJournal.FILE);
        try {
            return Files.getLastModifiedTime(journal)
                    .toInstant()
                    .isAfter(Instant.now().minus(Duration.ofDays(KEPT)));
        } catch (IOException none) {
            return false;
        }
    }

    private Path directory(String sha256) {
        if (!Sha256.isOne(sha256)) {
            throw new IllegalArgumentException("a SHA-256 has 64 lower-case hexadecimal digits, not " + sha256);
        }
        return folder.resolve(sha256);
    }

    private static boolean holdsModel(Path directory) {
        return Sha256.isOne(directory.getFileName().toString()) && StoredFolder.is(directory);
    }

    private static StoredModel stored(Path directory) {
        return new StoredModel(directory.getFileName().toString(), directory);
    }

    @Override
    public void close() {
        imports.close();
        lock.close();
    }
}
