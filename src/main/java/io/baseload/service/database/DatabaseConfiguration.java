package io.baseload.service.database;

import java.nio.file.Path;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayConnectionDetails;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;

/**
 * Where the database is. With {@code spring.datasource.url} an external one; migrations then run as {@code spring.flyway.user}, or as the same user if none is
 * given. Without it the embedded one.
 */
@Configuration(proxyBeanMethods = false)
@EnableJdbcRepositories("io.baseload.service")
public class DatabaseConfiguration {

    @Bean
    BaseloadHome baseloadHome(@Value("${baseload.home:${user.home}/.baseload}") String home) {
        return BaseloadHome.at(Path.of(home));
    }

    /** The migrations grant rights to whom the application connects as. */
    @Bean
    FlywayConfigurationCustomizer applicationRole(JdbcConnectionDetails connection) {
        return flyway -> flyway.placeholders(Map.of("application", connection.getUsername()));
    }

    /** What applies when no external database is named. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(NoExternalDatabase.class)
    static class Embedded {
        @Bean
        EmbeddedDatabase embeddedDatabase(BaseloadHome home) {
            return EmbeddedDatabase.start(home);
        }

        @Bean
        JdbcConnectionDetails applicationConnection(EmbeddedDatabase database) {
            return new Login(database, EmbeddedDatabase.APPLICATION);
        }

        @Bean
        FlywayConnectionDetails ownerConnection(EmbeddedDatabase database) {
            return new Login(database, EmbeddedDatabase.OWNER);
        }
    }

    private record Login(EmbeddedDatabase database, String role)
            implements JdbcConnectionDetails, FlywayConnectionDetails {
        @Override
        public String getUsername() {
            return role;
        }

        @Override
        public String getPassword() {
            return database.password(role);
        }

        @Override
        public String getJdbcUrl() {
            return database.url();
        }

        @Override
        public String getDriverClassName() {
            return "org.postgresql.Driver";
        }
    }
}
