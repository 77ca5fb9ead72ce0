package io.baseload.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The model that is shipped with the program. The engine maps its files, and an entry of a jar can't be mapped: if the model is only in the jar, it is copied to a cache folder
 * once.
 */
final class BundledModelFile {
    static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private static final String RESOURCE = "/models/" + FILE;

    private BundledModelFile() {}

    static Path path() {
        return given().orElseGet(BundledModelFile::fromClassPath);
    }

    /** The copy next to the program, if the start script found one. */
    private static Optional<Path> given() {
        return Optional.ofNullable(System.getProperty("baseload.bundled-model"))
                .map(Path::of)
                .filter(Files::isRegularFile);
    }

    private static Path fromClassPath() {
        URL url = BundledModelFile.class.getResource(RESOURCE);
        if (url == null) {
            throw new BadInputException("this build has no bundled model; name a model file");
        }
        try {
            return url.getProtocol().equals("file") ? Path.of(URI.create(url.toString())) : cached(url);
        } catch (IOException e) {
            throw new UncheckedIOException("the bundled model can't be copied out of the jar", e);
        }
    }

    private static Path cached(URL url) throws IOException {
        URLConnection entry = url.openConnection();
        Path copy = cacheFolder().resolve(FILE);
        if (!Files.exists(copy) || Files.size(copy) != entry.getContentLengthLong()) {
            Files.createDirectories(cacheFolder());
            Path part = Files.createTempFile(cacheFolder(), FILE, ".part");
            try (InputStream bytes = entry.getInputStream()) {
                Files.copy(bytes, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return copy;
    }

    private static Path cacheFolder() {
        return Optional.ofNullable(System.getenv("BASELOAD_HOME"))
                .map(home -> Path.of(home, "cache"))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "baseload"));
    }
}
