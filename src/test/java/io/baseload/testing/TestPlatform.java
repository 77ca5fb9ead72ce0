package io.baseload.testing;

import io.baseload.service.audit.AuditConfiguration;
import io.baseload.service.cluster.ClusterConfiguration;
import io.baseload.service.contents.ContentConfiguration;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.DatabaseConfiguration;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.service.encryption.EncryptionConfiguration;
import io.baseload.service.guardrail.GuardrailConfiguration;
import io.baseload.service.quota.QuotaConfiguration;
import io.baseload.service.tenant.TenantConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.SpringApplication;
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
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tenants, quota and audit as the service wires them, on a real PostgreSQL. One server for the JVM, in a folder with a space in its name; each platform has a
 * database of its own in it, reached as an external one: the owner migrates, the application's role works.
 */
public final class TestPlatform implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final BaseloadHome home;
    private final String database;
    private final ConfigurableApplicationContext context;

    private TestPlatform(BaseloadHome home, String database, int port, List<String> further, Class<?>... more) {
        this.home = home;
        this.database = database;
        var arguments = new ArrayList<>(properties(home, database, port));
        arguments.addAll(further);
        this.context = new SpringApplicationBuilder(Wiring.class)
                .sources(more)
                .web(WebApplicationType.NONE)
                .properties("baseload.encryption.key-file=" + Server.KEY_FILE)
                .run(arguments.toArray(String[]::new));
    }

    /** A platform of the caller's own, with further configurations. */
    public static TestPlatform fresh(Class<?>... more) {
        return created(Server.DATABASE.port(), Patience.arguments(), more);
    }

    /**
     * A platform that reaches the server through another port, and waits for it no longer than the service does by itself.
     *
     * @param further arguments such as {@code --key=value}
     */
    public static TestPlatform behind(int port, List<String> further, Class<?>... more) {
        var arguments = new ArrayList<>(further);
        arguments.add("--spring.datasource.hikari.connection-timeout=2000");
        return created(port, arguments, more);
    }

    private static TestPlatform created(int port, List<String> further, Class<?>... more) {
        var name = "test_" + COUNT.incrementAndGet();
        superuser("postgres")
                .sql("CREATE DATABASE " + name + " TEMPLATE baseload OWNER baseload_owner")
                .update();
        superuser(name).sql("UPDATE audit_log SET id = gen_random_uuid()").update(); // as each database has its own
        return new TestPlatform(BaseloadHome.at(Server.FOLDER.resolve("home of " + name)), name, port, further, more);
    }

    /** The platform that tests share which keep to tenants of their own. */
    public static TestPlatform shared() {
        return Shared.PLATFORM;
    }

    /** The next process on the same database and home, after this one. */
    public TestPlatform again(Class<?>... more) {
        return new TestPlatform(home, database, Server.DATABASE.port(), Patience.arguments(), more);
    }

    /** A second process on the same database and home, with a further argument such as {@code --key=value}. */
    public TestPlatform again(String argument) {
        return new TestPlatform(home, database, Server.DATABASE.port(), patientAnd(argument));
    }

    /** A second process on the same database, with a new home of its own. */
    public TestPlatform elsewhere(String... further) {
        return elsewhere(List.of(further));
    }

    /** The same, with further configurations. */
    public TestPlatform elsewhere(List<String> further, Class<?>... more) {
        var other = BaseloadHome.at(Server.FOLDER.resolve("another home " + COUNT.incrementAndGet()));
        return new TestPlatform(
                other, database, Server.DATABASE.port(), patientAnd(further.toArray(String[]::new)), more);
    }

    /** Another process on the same database, with a home of its own. */
    public TestPlatform beside(Class<?>... more) {
        var other = BaseloadHome.at(Server.FOLDER.resolve("home " + COUNT.incrementAndGet() + " of " + database));
        return new TestPlatform(other, database, Server.DATABASE.port(), Patience.arguments(), more);
    }

    private static List<String> patientAnd(String... further) {
        var arguments = new ArrayList<>(Patience.arguments());
        arguments.addAll(List.of(further));
        return arguments;
    }

    /** The server that all platforms share. */
    public static EmbeddedDatabase server() {
        return Server.DATABASE;
    }

    public <T> T get(Class<T> type) {
        return context.getBean(type);
    }

    public BaseloadHome home() {
        return home;
    }

    public JdbcClient jdbc() {
        return get(JdbcClient.class);
    }

    /** What an administrator of the database can do. */
    public JdbcClient superuser() {
        return superuser(database);
    }

    /** An administrator's session, to be closed by the caller. */
    public Connection superuserConnection() throws SQLException {
        return login("postgres", database).getConnection();
    }

    /**
     * Keeps a copy of the database, which running the result puts in its place: a failover to a standby that was behind. Ends all sessions, both times, so nothing may connect meanwhile.
     */
    public Runnable standby() {
        var copy = database + "_standby";
        superuser("postgres")
                .sql("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = ?")
                .param(database)
                .query(Boolean.class)
                .list();
        superuser("postgres")
                .sql("CREATE DATABASE " + copy + " TEMPLATE " + database + " OWNER baseload_owner")
                .update();
        return () -> {
            superuser("postgres")
                    .sql("DROP DATABASE " + database + " WITH (FORCE)")
                    .update();
            superuser("postgres")
                    .sql("ALTER DATABASE " + copy + " RENAME TO " + database)
                    .update();
        };
    }

    /** What a tenant's windows have counted, for each period over all its windows: tests may run across the end of a minute. */
    public List<Counted> counted(String tenant) {
        return superuser()
                .sql("SELECT sum(used) AS used, sum(reserved) AS reserved FROM quota_window WHERE tenant = ? AND"
                        + " key_prefix = '' AND model = '' AND period <> 'hour' GROUP"
                        + " BY period")
                .param(tenant)
                .query(Counted.class)
                .list();
    }

    public record Counted(long used, long reserved) {}

    public JdbcClient owner() {
        return JdbcClient.create(login("baseload_owner", database));
    }

    @Override
    public void close() {
        context.close();
    }

    private static JdbcClient superuser(String database) {
        return JdbcClient.create(login("postgres", database));
    }

    private static DataSource login(String role, String database) {
        var source = new PGSimpleDataSource();
        source.setURL(url(database, Server.DATABASE.port()));
        source.setUser(role);
        source.setPassword(Server.DATABASE.password(role));
        return source;
    }

    private static String url(String database, int port) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    private static List<String> properties(BaseloadHome home, String database, int port) {
        return List.of(
                "--baseload.home=" + home.path(),
                "--spring.datasource.url=" + url(database, port),
                "--spring.datasource.username=baseload_app",
                "--spring.datasource.password=" + Server.DATABASE.password("baseload_app"),
                "--baseload.audit.checkpoint-interval=1d", // tests take theirs themselves
                "--spring.flyway.user=baseload_owner",
                "--spring.flyway.password=" + Server.DATABASE.password("baseload_owner"),
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn");
    }

    /** What the service's own configuration brings, without the web. */
    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackages = "io.baseload.service")
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        JdbcClientAutoConfiguration.class,
        FlywayAutoConfiguration.class,
        DataJdbcRepositoriesAutoConfiguration.class
    })
    @Import({
        DatabaseConfiguration.class,
        ClusterConfiguration.class,
        EncryptionConfiguration.class,
        AuditConfiguration.class,
        ContentConfiguration.class,
        GuardrailConfiguration.class,
        TenantConfiguration.class,
        QuotaConfiguration.class
    })
    static class Wiring {}

    private static final class Shared {
        static final TestPlatform PLATFORM = fresh();
    }

    private static final class Server {
        static final Path FOLDER = folder();
        static final Path KEY_FILE = keyFile();
        static final EmbeddedDatabase DATABASE = MigratedHome.database(FOLDER);

        static {
            SpringApplication.getShutdownHandlers().add(Server::remove); // after the applications are closed
        }

        private static Path folder() {
            try {
                return Files.createTempDirectory("baseload test ");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Path keyFile() {
            try {
                return Files.writeString(
                        FOLDER.resolve("master key"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void remove() {
            DATABASE.close();
            Leftovers.delete(FOLDER);
        }
    }
}
