package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The embedded PostgreSQL in the situations it has to live through. */
class EmbeddedDatabaseTest {
    private Path folder;

    @BeforeEach
    void create() throws IOException {
        folder = Files.createTempDirectory("a home ");
    }

    @AfterEach
    void remove() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void isDurableAndAsksForPasswordsAndKeepsItsData() throws IOException, SQLException {
        try (var database = start()) {
            var superuser = client(database, "postgres");
            for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertThat(superuser
                                .sql("SELECT current_setting(?)")
                                .param(setting)
                                .query(String.class)
                                .single())
                        .isEqualTo("on");
            }
            assertThat(superuser
                            .sql("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'")
                            .query(Long.class)
                            .single())
                    .isZero();
            assertThat(superuser
                            .sql("SELECT count(*) FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE"
                                    + " 'SCRAM-SHA-256$%'")
                            .query(Long.class)
                            .single())
                    .isZero();
            for (String role : List.of("postgres", EmbeddedDatabase.OWNER, EmbeddedDatabase.APPLICATION)) {
                assertThatThrownBy(() -> DriverManager.getConnection(database.url(), role, "guess")
                                .close())
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("password authentication failed");
                assertThat(PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("secrets/" + role))))
                        .isEqualTo("rw-------");
            }
            client(database, EmbeddedDatabase.OWNER)
                    .sql("CREATE TABLE kept AS SELECT 42 AS answer")
                    .update();
        }
        try (var database = start()) {
            assertThat(answer(database)).isEqualTo(42);
        }
    }

    @Test
    void isNotSharedByTwoServices() {
        try (var first = start()) {
            assertThat(first.port()).isPositive();
            assertThatThrownBy(this::start).rootCause().hasMessageContaining("another service runs on");
        }
    }

    @Test
    void takesOverFromAServiceThatWasKilled() throws Exception {
        var killed = process();
        try (BufferedReader output = killed.inputReader()) {
            assertThat(output.lines().filter(line -> line.startsWith("port ")).findFirst())
                    .isPresent();
        }
        var orphan = Postmaster.find(folder.resolve("pg")).orElseThrow();
        killed.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).isTrue();
        try (var database = start()) {
            assertThat(orphan.isAlive()).isFalse();
            client(database, EmbeddedDatabase.OWNER)
                    .sql("CREATE TABLE kept AS SELECT 43 AS answer")
                    .update();
            assertThat(answer(database)).isEqualTo(43);
        }
    }

    @Test
    void leavesAProcessAloneThatOnlyHasTheNumber() throws IOException {
        start().close();
        var other = new ProcessBuilder("sleep", "infinity").start();
        try {
            Files.writeString(folder.resolve("pg/postmaster.pid"), other.pid() + "\n" + folder.resolve("pg") + "\n");
            start().close();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void setsAHalfCreatedFolderAside() throws IOException {
        Files.createDirectories(folder.resolve("pg/base"));
        Files.writeString(folder.resolve("pg/postgresql.conf"), "# half");
        try (var database = start()) {
            assertThat(client(database, "postgres")
                            .sql("SELECT 1")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        }
        try (Stream<Path> entries = Files.list(folder)) {
            assertThat(entries.filter(path -> path.getFileName().toString().startsWith("pg-unfinished-")))
                    .hasSize(1);
        }
    }

    @Test
    void comesBackOnTheSamePortWhenItsProcessDies() throws IOException {
        try (var database = start()) {
            int port = database.port();
            client(database, EmbeddedDatabase.OWNER)
                    .sql("CREATE TABLE kept AS SELECT 44 AS answer")
                    .update();
            Postmaster.find(folder.resolve("pg")).orElseThrow().destroyForcibly();
            Patience.await().ignoreExceptions().until(() -> answer(database) == 44);
            assertThat(database.port()).isEqualTo(port);
        }
    }

    private EmbeddedDatabase start() {
        return EmbeddedDatabase.start(BaseloadHome.at(folder));
    }

    private Process process() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static int answer(EmbeddedDatabase database) {
        return client(database, EmbeddedDatabase.OWNER)
                .sql("SELECT answer FROM kept")
                .query(Integer.class)
                .single();
    }

    private static JdbcClient client(EmbeddedDatabase database, String role) {
        return JdbcClient.create(new DriverManagerDataSource(database.url(), role, database.password(role)));
    }
}
