package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The only folder that models are imported from: whoever fills it decides what can be imported. */
public record ImportFolder(Path root) {
    private static final Pattern FIRST_PART = Pattern.compile("(.*-)00001(-of-\\d{5}\\.gguf)");

    /**
     * Finds a model's file or folder, links followed.
     *
     * @param path relative to the folder
     * @return its real path; it lies in the folder, and so does all that belongs to it
     * @throws InvalidRequestException if the path is absolute, leads outside, or names nothing that can be read
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

    /** A folder's files, and the parts beside the first one of a split file, may be links too. */
    private void refuseLinksOut(Path real) throws IOException {
        for (Path one : belongings(real)) {
            if (!one.toRealPath().startsWith(root.toRealPath())) {
                throw refused("'path' has a link that leads outside the import folder: " + one.getFileName() + ".");
            }
        }
    }

    /** The size of a model's file with all that belongs to it. */
    static long bytes(Path real) {
        try {
            long all = Files.isDirectory(real) ? 0 : Files.size(real);
            for (Path one : belongings(real)) {
                all += Files.isRegularFile(one) && !one.equals(real) ? Files.size(one) : 0;
            }
            return all;
        } catch (IOException e) {
            throw refused("There is no such file in the import folder.");
        }
    }

    private static List<Path> belongings(Path real) throws IOException {
        if (Files.isDirectory(real)) {
            try (Stream<Path> all = Files.walk(real, 2)) {
                return all.toList();
            }
        }
        String name = real.getFileName().toString();
        Matcher part = FIRST_PART.matcher(name);
        try (Stream<Path> beside = Files.list(real.getParent())) {
            return beside.filter(one -> part.matches()
                            && one.getFileName().toString().startsWith(part.group(1))
                            && one.getFileName().toString().endsWith(part.group(2)))
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
