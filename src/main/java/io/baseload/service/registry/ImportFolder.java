package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.service.audit.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The only folder from which models are imported: whoever can write to it decides what can be imported. */
public record ImportFolder(Path root) {
    private static final int MAX_FILES = 1000;
    private static final Pattern FIRST_PART = Pattern.compile("(.*-)00001(-of-\\d{5}\\.gguf)");

    /**
     * Finds a model's file or folder, following links.
     *
     * @param path relative to the folder
     * @return its real path; it lies in the folder, and so do all its files
     * @throws InvalidRequestException if the path is absolute, leads outside, or names nothing readable
     */
    Path find(String path) {
        Path relative = relative(path);
        try {
            Path real = root.resolve(relative).toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw refused("'path' leads outside the import folder.");
            }
            if (real.equals(root.toRealPath()) || !Files.isReadable(real)) {
                throw refused("'path' must name a readable file or folder in the import folder.");
            }
            refuseLinksOut(real);
            return real;
        } catch (IOException e) {
            throw refused("There is no such file in the import folder.");
        }
    }

    /** A folder's files, and the parts next to the first one of a split file, may be links too. */
    private void refuseLinksOut(Path real) throws IOException {
        for (Path one : belongings(real)) {
            if (!one.toRealPath().startsWith(root.toRealPath())) {
                throw refused("'path' has a link that leads outside the import folder: " + one.getFileName() + ".");
            }
        }
    }

    /**
     * A file that a model is read from.
     *
     * @param name relative to the model's folder
     */
    public record SourceFile(String name, long bytes, String sha256) {
        /**
         * Reads a whole file.
         *
         * @param read receives the number of further bytes read, and may throw
         */
        static SourceFile of(Path folder, Path file, LongConsumer read) {
            var name = folder.relativize(file).toString();
            try (InputStream in = Files.newInputStream(file)) {
                var digest = Hashes.sha256();
                var buffer = new byte[1 << 20];
                long bytes = 0;
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                    bytes += n;
                    read.accept(n);
                }
                return new SourceFile(name, bytes, HexFormat.of().formatHex(digest.digest()));
            } catch (IOException e) {
                throw ModelFileException.unreadable(file, e);
            }
        }

        /** Identifies an import in a {@link io.baseload.engine.store.ModelStore}, the same for the service and the commands. */
        public static String identity(List<SourceFile> files, Optional<Quantization> quantization) {
            return files + " " + quantization.map(Quantization::label).orElse("default");
        }
    }

    /**
     * A model's files at one moment: two of these are equal if nothing was written or replaced in between.
     *
     * @param files the target of each path, by path
     */
    public record Snapshot(Path model, SortedMap<Path, Stamp> files) {
        /** @param key identifies the file whatever its path; null if the file system has no such key */
        public record Stamp(
                Path real,
                long bytes,
                FileTime modified,
                @Nullable Object key) {
            static Stamp of(Path file) throws IOException {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(
                        file.toRealPath(), attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
            }
        }

        /**
         * The files of any model, whether in the import folder or not.
         *
         * @throws InvalidRequestException if they can't be found
         */
        public static Snapshot of(Path model) {
            try {
                Path real = model.toRealPath();
                var files = new TreeMap<Path, Stamp>();
                for (Path one : belongings(real)) {
                    if (Files.isRegularFile(one)) {
                        files.put(one, Stamp.of(one));
                    }
                }
                return new Snapshot(real, files);
            } catch (IOException e) {
                throw refused("There is no such file.");
            }
        }

        long bytes() {
            return files.values().stream().mapToLong(Stamp::bytes).sum();
        }

        /**
         * Reads all files completely.
         *
         * @param read as in {@link SourceFile#of}
         */
        public List<SourceFile> hashed(LongConsumer read) {
            Path folder = Files.isDirectory(model) ? model : Objects.requireNonNull(model.getParent());
            return files.keySet().stream()
                    .map(file -> SourceFile.of(folder, file, read))
                    .toList();
        }
    }

    /** @throws InvalidRequestException as {@link #find} */
    Snapshot snapshot(String path) {
        return Snapshot.of(find(path));
    }

    /** The model's own file or folder is among them. */
    private static List<Path> belongings(Path real) throws IOException {
        if (Files.isDirectory(real)) {
            try (Stream<Path> all = Files.walk(real, 2)) {
                List<Path> some = all.limit(MAX_FILES + 1).toList();
                if (some.size() > MAX_FILES) {
                    throw refused(
                            "'path' names a folder of more than " + MAX_FILES + " files: no model has that many.");
                }
                return some;
            }
        }
        String name = real.getFileName().toString();
        Matcher part = FIRST_PART.matcher(name);
        try (Stream<Path> beside = Files.list(real.getParent())) {
            return beside.filter(one -> one.equals(real)
                            || (part.matches()
                                    && one.getFileName().toString().startsWith(part.group(1))
                                    && one.getFileName().toString().endsWith(part.group(2))))
                    .toList();
        }
    }

    private static Path relative(String path) {
        try {
            Path relative = Path.of(path).normalize();
            if (relative.isAbsolute()
                    || relative.startsWith("..")
                    || relative.toString().isEmpty()) {
                throw refused("'path' must be relative to the import folder and stay inside.");
            }
            return relative;
        } catch (InvalidPathException e) {
            throw refused("'path' is not a path: " + e.getReason() + ".");
        }
    }

    private static InvalidRequestException refused(String message) {
        return new InvalidRequestException("path", "invalid_value", message);
    }
}
