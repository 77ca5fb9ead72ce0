package io.baseload.service.database;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.unit.DataSize;

/**
 * Chooses the database: an external one if {@code spring.datasource.url} is set, where migrations run as {@code spring.flyway.user}, or as the same user if none is given;
 * otherwise the embedded one.
 */
@Configuration(proxyBeanMethods = false)
@EnableJdbcRepositories({"io.baseload.service.registry", "io.baseload.service.routing"})
public class DatabaseConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConfiguration.class);

    @Bean
    BaseloadHome baseloadHome(@Value("${baseload.home:${user.home}/.baseload}") String home) {
        return BaseloadHome.at(Path.of(home));
    }

    @Bean
    DiskSpace diskSpace(BaseloadHome home, @Value("${baseload.disk.reserve:1GB}") DataSize reserve) {
        return new DiskSpace(home.path(), reserve.toBytes());
    }

    @Bean
    Pipeline pipeline(JdbcOperations jdbc) {
        return new Pipeline(jdbc);
    }

    /** Transactions begin in code, not by annotations, so no bean needs a proxy. */
    @Bean
    TransactionTemplate transactions(PlatformTransactionManager manager) {
        return new TransactionTemplate(manager);
    }

    /** The migrations grant rights to the user that the application connects as. The retention of the trail is the owner's setting, which the application can't change. */
    @Bean
    FlywayConfigurationCustomizer applicationRole(
            JdbcConnectionDetails connection,
            @Value("${spring.flyway.user:}") String owner,
            @Value("${baseload.audit.retention:}") String retention) {
        boolean own = connection instanceof ApplicationLogin;
        DatabaseEncryption.missing(connection.getJdbcUrl())
                .ifPresent(missing -> LOG.warn(
                        "THE CONNECTION TO THE DATABASE IS {}: whoever is between the service and the database can read"
                                + " and change everything. Add sslmode=verify-full and sslrootcert to"
                                + " spring.datasource.url.",
                        missing.toUpperCase(Locale.ROOT)));
        if (!own && (owner.isEmpty() || owner.equals(connection.getUsername()))) {
            LOG.warn(
                    "THE DATABASE USER {} OWNS THE TABLES IT WRITES TO: whoever takes over the service can rewrite the"
                            + " audit trail. Give the owner as spring.flyway.user and another user as"
                            + " spring.datasource.username.",
                    connection.getUsername());
        }
        return flyway ->
                flyway.placeholders(Map.of("application", connection.getUsername(), "audit_retention", retention));
    }

    /** Applies if no external database is configured. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(NoExternalDatabase.class)
    static class Embedded {
        @Bean
        EmbeddedDatabase embeddedDatabase(BaseloadHome home) {
            return EmbeddedDatabase.start(home);
        }

        @Bean
        JdbcConnectionDetails applicationConnection(EmbeddedDatabase database) {
            return new ApplicationLogin(database);
        }

        @Bean
        FlywayConnectionDetails ownerConnection(EmbeddedDatabase database) {
            return new OwnerLogin(database);
        }
    }

    private record ApplicationLogin(EmbeddedDatabase database) implements JdbcConnectionDetails {
        @Override
        public String getUsername() {
            return EmbeddedDatabase.APPLICATION;
        }

        @Override
        public String getPassword() {
            return database.password(EmbeddedDatabase.APPLICATION);
        }

        @Override
        public String getJdbcUrl() {
            return database.url();
        }
    }

    /** A class of its own, because Spring would find a single one under both interfaces. */
    private record OwnerLogin(EmbeddedDatabase database) implements FlywayConnectionDetails {
        @Override
        public String getUsername() {
            return EmbeddedDatabase.OWNER;
        }

        @Override
        public String getPassword() {
            return database.password(EmbeddedDatabase.OWNER);
        }

        @Override
        public String getJdbcUrl() {
            return database.url();
        }
    }
}
