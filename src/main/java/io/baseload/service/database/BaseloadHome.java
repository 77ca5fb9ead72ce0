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

    /** The home at this path, created if missing, for its owner alone. */
    public static BaseloadHome at(Path path) {
        try {
            var home = new BaseloadHome(
                    Files.createDirectories(path.toAbsolutePath().normalize()));
            HomeRights.secure(home.path());
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("BASELOAD_HOME " + path + " can't be used", e);
        }
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }
}
