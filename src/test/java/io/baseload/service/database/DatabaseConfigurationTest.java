package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

/** The log warns of a database user that owns the tables it writes to, and of a server that is not verified. */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseConfigurationTest {
    private static final String OWNER = EmbeddedDatabase.OWNER;

    /** As much of the service as migrates its database. */
    @AutoConfigurationPackage(basePackages = "io.baseload.service")
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        FlywayAutoConfiguration.class,
        DataJdbcRepositoriesAutoConfiguration.class
    })
    @Import(DatabaseConfiguration.class)
    static class Migrated {}

    @TempDir
    Path home;

    @BeforeAll
    static void create() {
        TestPlatform.shared()
                .superuser()
                .sql("CREATE DATABASE owned OWNER " + OWNER)
                .update();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--spring.flyway.user=" + OWNER})
    void oneUserForBothIsNamed(String owner, CapturedOutput output) {
        var password = TestPlatform.server().password(OWNER);
        var arguments = new ArrayList<>(List.of(
                "--spring.datasource.url=jdbc:postgresql://localhost:"
                        + TestPlatform.server().port() + "/owned",
                "--spring.datasource.username=" + OWNER,
                "--spring.datasource.password=" + password));
        if (!owner.isEmpty()) {
            arguments.addAll(List.of(owner, "--spring.flyway.password=" + password));
        }
        start(arguments);
        assertThat(output).contains("THE DATABASE USER " + OWNER + " OWNS THE TABLES IT WRITES TO");
    }

    @Test
    void twoUsersAreFine(CapturedOutput output) {
        TestPlatform.fresh().close();
        assertThat(output).doesNotContain("OWNS THE TABLES").doesNotContain("THE CONNECTION TO THE DATABASE");
    }

    @Test
    void theEmbeddedDatabaseHasTwo(CapturedOutput output) {
        start(List.of());
        assertThat(output).doesNotContain("OWNS THE TABLES");
    }

    /** The driver takes the first of the two servers. */
    @Test
    void aServerElsewhereThatIsNotVerifiedIsNamed(CapturedOutput output) {
        start(List.of(
                "--spring.datasource.url=jdbc:postgresql://localhost:"
                        + TestPlatform.server().port() + ",db.example.com:5432/owned",
                "--spring.datasource.username=" + OWNER,
                "--spring.datasource.password=" + TestPlatform.server().password(OWNER)));
        assertThat(output).contains("THE CONNECTION TO THE DATABASE IS NOT VERIFIED AND PERHAPS NOT ENCRYPTED");
    }

    private void start(List<String> arguments) {
        var all = new ArrayList<>(arguments);
        all.add("--baseload.home=" + home);
        all.add("--logging.level.root=warn");
        new SpringApplicationBuilder(Migrated.class)
                .web(WebApplicationType.NONE)
                .run(all.toArray(String[]::new))
                .close();
    }
}
