package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The only folder that models are imported from: whoever fills it decides what can be imported. */
public record ImportFolder(Path root) {

    /**
     * Finds a file in the folder, links followed.
     *
     * @param path relative to the folder
     * @return its real path, which lies in the folder
     * @throws InvalidRequestException if the path is absolute, leads outside, or names no file
     */
    Path find(String path) {
        Path relative = relative(path);
        try {
            Path real = root.resolve(relative).toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw refused("'path' leads outside the import folder.");
            }
            if (!Files.isRegularFile(real) || !Files.isReadable(real)) {
                throw refused("'path' must name a readable file in the import folder.");
            }
            return real;
        } catch (IOException e) {
            throw refused("There is no such file in the import folder.");
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
