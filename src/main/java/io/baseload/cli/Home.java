package io.baseload.cli;

import java.nio.file.Path;
import java.util.Optional;

/** The folder in which this user's service keeps its models: {@code BASELOAD_HOME}, otherwise {@code .baseload} below the user's home. */
final class Home {
    private Home() {}

    /** The model store. */
    static Path models() {
        return path().resolve("models");
    }

    static Path path() {
        return Optional.ofNullable(System.getProperty("baseload.home"))
                .or(() -> Optional.ofNullable(System.getenv("BASELOAD_HOME")))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".baseload"))
                .toAbsolutePath();
    }
}
