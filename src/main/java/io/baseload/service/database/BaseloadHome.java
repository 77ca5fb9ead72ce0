package io.baseload.service.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that keeps what must outlive the process: the model store, the embedded database, keys. Property {@code baseload.home}.
 *
 * @param path absolute; exists
 */
public record BaseloadHome(Path path) {

    /** The home at this path, created if missing. */
    public static BaseloadHome at(Path path) {
        try {
            return new BaseloadHome(
                    Files.createDirectories(path.toAbsolutePath().normalize()));
        } catch (IOException e) {
            throw new UncheckedIOException("BASELOAD_HOME " + path + " can't be created", e);
        }
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }
}
