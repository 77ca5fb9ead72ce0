package io.baseload.engine.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * C libraries in a jar. The system loads libraries only from files, so they are unpacked into a new folder that no other user can read, loaded, and removed again. Loaded libraries stay
 * loaded, and no file remains that could be changed before the next start.
 */
final class BundledLibraries {
    private static final FileAttribute<?> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private BundledLibraries() {}

    /** Whether the class path has this resource. */
    static boolean present(String resource) {
        return BundledLibraries.class.getResource(resource) != null;
    }

    /**
     * Loads libraries from a folder of the class path, dependencies first.
     *
     * @throws IOException if they can't be unpacked
     * @throws IllegalArgumentException if the system can't load one
     */
    static List<NativeLibrary> load(String folder, List<String> names) throws IOException {
        Path directory = Files.createTempDirectory("baseload-native", PRIVATE_FOLDER);
        try {
            for (String name : names) {
                unpack(folder + "/" + name, directory.resolve(name));
            }
            List<NativeLibrary> loaded = new ArrayList<>();
            for (String name : names) {
                loaded.add(NativeLibrary.load(directory.resolve(name)));
            }
            return loaded;
        } finally {
            for (String name : names) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static void unpack(String resource, Path file) throws IOException {
        try (InputStream in = BundledLibraries.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("the class path has no " + resource);
            }
            Files.createFile(file, PRIVATE_FILE);
            try (var out = Files.newOutputStream(file)) {
                in.transferTo(out);
            }
        }
    }
}
