package io.baseload.testing;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.springframework.boot.SpringApplication;

/**
 * A home with a database that has been made and migrated, once for this JVM. Tests start on copies of it, because to make one takes longer than the rest of a start; only
 * {@link WholeService} starts on an empty home.
 */
public final class MigratedHome {
    /** Only if a home needs it. */
    private static final class Made {
        static final Path FOLDER = made();
    }

    private MigratedHome() {}

    /** An embedded database in a copy. */
    public static EmbeddedDatabase database(Path home) {
        fill(home);
        return EmbeddedDatabase.start(BaseloadHome.at(home));
    }

    /**
     * Makes a home a copy, unless it has a database already or needs none.
     *
     * @param properties of the service, such as {@code spring.datasource.url=…}
     */
    static void fill(Path home, String... properties) {
        if (Files.exists(home.resolve("pg"))
                || Stream.of(properties).anyMatch(property -> property.startsWith("spring.datasource.url="))) {
            return;
        }
        try {
            Files.createDirectories(home);
            Path made = Made.FOLDER;
            run(
                    "cp",
                    "-a",
                    made.resolve("pg").toString(),
                    made.resolve("secrets").toString(),
                    home.toString());
            Path programs = made.resolve("pg-bin");
            if (Files.exists(programs)) { // not if another server of this JVM has unpacked them elsewhere
                Files.createSymbolicLink(home.resolve("pg-bin"), programs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String... command) throws IOException {
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + code);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path made() {
        try {
            Path folder = Files.createTempDirectory("baseload migrated ");
            SpringApplication.getShutdownHandlers()
                    .add(() -> Leftovers.delete(folder)); // the first to come is the last
            try (var database = EmbeddedDatabase.start(BaseloadHome.at(folder))) {
                Flyway.configure()
                        .dataSource(database.url(), "baseload_owner", database.password("baseload_owner"))
                        .placeholders(Map.of("application", "baseload_app", "audit_retention", ""))
                        .load()
                        .migrate();
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
