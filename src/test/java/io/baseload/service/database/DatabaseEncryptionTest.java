package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.Patience;
import io.baseload.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Connections to an external database that are encrypted, and a server that is verified. */
class DatabaseEncryptionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost/baseload",
                "LOCALHOST:6543/baseload",
                "127.0.0.1/baseload",
                "[::1]:5432/baseload",
                "localhost:1,127.0.0.1:2/baseload",
                "db.example.com/baseload?sslmode=verify-full",
                "db.example.com/baseload?sslmode=verify-ca&sslrootcert=/ca.crt",
                "db.example.com/baseload?ssl=true",
                "db.example.com/baseload?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
                "db.example.com/baseload?sslmode=misspelt"
            })
    void noWarningWithAVerifiedServerOrOneOnThisMachine(String url) {
        assertThat(DatabaseEncryption.missing("jdbc:postgresql://" + url)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "db.example.com/baseload, not verified and perhaps not encrypted",
        "192.0.2.7/baseload, not verified and perhaps not encrypted",
        "localhost.example.com/baseload?sslmode=prefer, not verified and perhaps not encrypted",
        "'localhost:1,db.example.com:2/baseload?sslmode=disable', not verified and perhaps not encrypted",
        "db.example.com/baseload?sslmode=require, not verified",
        "db.example.com/baseload?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory, not verified",
        "db.example.com/baseload?sslmode=verify-full&sslfactory=org.postgresql.ssl.NonValidatingFactory, not verified"
    })
    void aWarningOtherwise(String url, String missing) {
        assertThat(DatabaseEncryption.missing("jdbc:postgresql://" + url)).contains(missing);
    }

    @Test
    void migrationsAndServiceReachAServerThatRefusesOthersThanEncryptedConnections(@TempDir Path folder)
            throws Exception {
        var certificate = TestCertificate.create(folder);
        Path authority = certificate.certificateFile(folder.resolve("server.crt"));
        Path stranger = TestCertificate.create(folder).certificateFile(folder.resolve("other.crt"));
        try (var server = EmbeddedDatabase.start(BaseloadHome.at(folder.resolve("server")))) {
            String withoutTls = server.url() + verified(authority);
            assertThatThrownBy(() -> connect(server, withoutTls))
                    .as("a server without TLS")
                    .hasMessageContaining("SSL");
            useTls(server, folder.resolve("server/pg"), authority, certificate.keyFile(folder.resolve("server.key")));
            assertThatThrownBy(() -> connect(server, server.url() + "?sslmode=disable"))
                    .hasMessageContaining("no encryption");
            assertThatThrownBy(() -> connect(server, server.url() + verified(stranger)))
                    .as("a server with another certificate")
                    .hasMessageContaining("SSL");
            String other = server.url().replace("localhost", "127.0.0.1");
            assertThatThrownBy(() -> connect(server, other + verified(authority)))
                    .as("a server with another name")
                    .hasMessageContaining("127.0.0.1");
            try (var service = new SpringApplicationBuilder(DatabaseConfigurationTest.Migrated.class)
                    .web(WebApplicationType.NONE)
                    .run(
                            "--baseload.home=" + folder.resolve("home"),
                            "--logging.level.root=warn",
                            "--spring.datasource.url=" + server.url() + verified(authority),
                            "--spring.datasource.username=" + EmbeddedDatabase.APPLICATION,
                            "--spring.datasource.password=" + server.password(EmbeddedDatabase.APPLICATION),
                            "--spring.flyway.user=" + EmbeddedDatabase.OWNER,
                            "--spring.flyway.password=" + server.password(EmbeddedDatabase.OWNER))) {
                assertThat(service.getBean(JdbcClient.class)
                                .sql(documentedQuery() + " WHERE pid = pg_backend_pid()")
                                .query()
                                .singleRow())
                        .containsEntry("usename", EmbeddedDatabase.APPLICATION)
                        .containsEntry("ssl", true)
                        .containsEntry("version", "TLSv1.3");
            }
        }
    }

    /** The server takes the certificate, and refuses connections without TLS. */
    private static void useTls(EmbeddedDatabase server, Path data, Path certificate, Path key) throws Exception {
        Path rules = data.resolve("pg_hba.conf");
        Files.writeString(rules, Files.readString(rules).replace("\nhost ", "\nhostssl "));
        try (var connection = DriverManager.getConnection(
                        server.url() + "?sslmode=disable", "postgres", server.password("postgres"));
                var statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET ssl_cert_file = '" + certificate + "'");
            statement.execute("ALTER SYSTEM SET ssl_key_file = '" + key + "'");
            statement.execute("ALTER SYSTEM SET ssl = on");
            statement.execute("SELECT pg_reload_conf()");
        }
        awaitTls(server);
    }

    /** The server reads its configuration a moment later. */
    private static void awaitTls(EmbeddedDatabase server) {
        Patience.await().until(() -> {
            try {
                connect(server, server.url() + "?sslmode=require");
                return true;
            } catch (SQLException notYet) {
                return false;
            }
        });
    }

    private static void connect(EmbeddedDatabase server, String url) throws SQLException {
        DriverManager.getConnection(url, EmbeddedDatabase.APPLICATION, server.password(EmbeddedDatabase.APPLICATION))
                .close();
    }

    /** The parameters that docs/platform.md recommends. */
    private static String verified(Path authority) throws IOException {
        Matcher url = Pattern.compile("(?m)^jdbc:postgresql://db\\.example\\.com:5432/baseload(\\?.+)$")
                .matcher(page());
        assertThat(url.find()).isTrue();
        return url.group(1).replace("/etc/baseload/database-ca.crt", authority.toString());
    }

    private static String documentedQuery() throws IOException {
        Matcher query = Pattern.compile("`(SELECT [^`]+ pg_stat_ssl [^`]+)`").matcher(page());
        assertThat(query.find()).isTrue();
        return query.group(1);
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/platform.md"));
    }
}
