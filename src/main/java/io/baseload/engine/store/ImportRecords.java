package io.baseload.engine.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The ended imports of a store, so that the same source isn't converted again: for each source a file with the model's id, then a line for each warning. A file without a last line break was
 * not written completely, and counts as missing. What others put into the folder stays there.
 */
final class ImportRecords {
    private static final System.Logger LOG = System.getLogger(ImportRecords.class.getName());

    private final Path folder;

    /** An ended import. */
    record Ended(String sha256, List<String> warnings) {}

    ImportRecords(Path store) {
        this.folder = store.resolve("sources");
    }

    /** @param key the SHA-256 of the import's source */
    Optional<Ended> find(String key) {
        Path file = folder.resolve(key);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(file);
            List<String> lines = text.lines().toList();
            return text.endsWith("\n") && Sha256.isOne(lines.getFirst())
                    ? Optional.of(new Ended(lines.getFirst(), lines.subList(1, lines.size())))
                    : Optional.empty();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} can''t be read, so its source is converted again: {1}", file, e);
            return Optional.empty();
        }
    }

    /** Without its record a model is complete too, so a failure is only logged. */
    void put(String key, Ended ended) {
        try {
            Files.createDirectories(folder);
            String lines = String.join("\n", ended.warnings());
            Files.writeString(folder.resolve(key), ended.sha256() + '\n' + (lines.isEmpty() ? "" : lines + '\n'));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the import of {0} can''t be recorded; the next one of the same source converts it again: {1}",
                    ended.sha256(),
                    e);
        }
    }

    /** Removes the records of models that the store doesn't have. */
    void removeUnless(Predicate<String> stored) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(ImportRecords::isOne).toList()) {
                if (find(String.valueOf(file.getFileName()))
                        .filter(ended -> stored.test(ended.sha256()))
                        .isEmpty()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOne(Path file) {
        return Sha256.isOne(String.valueOf(file.getFileName())) && Files.isRegularFile(file);
    }
}
