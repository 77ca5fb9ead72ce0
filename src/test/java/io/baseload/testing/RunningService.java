package io.baseload.testing;

import io.baseload.service.app.ServiceApplication;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.service.routing.Startup;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole service in this JVM, on a random port, with everything real. */
public final class RunningService implements AutoCloseable {
    /** An operator's and user's key of the tenant {@code default}. */
    public static final String KEY = "bl_test_0123456789abcdefghijklmnopqrstuvwxyz";

    private final ConfigurableApplicationContext context;
    private final Rest rest;

    private RunningService(ConfigurableApplicationContext context) {
        this.context = context;
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        this.rest = new Rest("http://localhost:" + port, KEY);
    }

    /** Starts it and waits until its models are loaded. A home without a database gets one that is migrated. */
    public static RunningService at(Path home, String... properties) throws Exception {
        return loaded(starting(home, properties));
    }

    /** Starts it as on a machine where it never was, and waits until its models are loaded. */
    static RunningService onEmpty(Path home) throws Exception {
        return loaded(started(home));
    }

    private static RunningService loaded(RunningService service) throws Exception {
        service.bean(Startup.class).restored().get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
        return service;
    }

    /**
     * Starts it, and doesn't wait for its models.
     *
     * @param properties further configuration, such as {@code baseload.engine.threads=1}
     */
    public static RunningService starting(Path home, String... properties) {
        MigratedHome.fill(home, properties);
        return started(home, onOneThread(properties));
    }

    /**
     * Configuration of an engine with one thread, unless another one is given. Threads of an engine wait for each other at each layer, for long where tests in other JVMs have the CPUs;
     * {@link WholeService} has as many as the machine.
     */
    static String[] onOneThread(String... properties) {
        return Stream.concat(
                        Stream.of("baseload.engine.threads=1", "baseload.engine.pinned=false")
                                .filter(setting -> Stream.of(properties)
                                        .noneMatch(given ->
                                                given.startsWith(setting.substring(0, setting.indexOf('=') + 1)))),
                        Stream.of(properties))
                .toArray(String[]::new);
    }

    private static RunningService started(Path home, String... properties) {
        Map<String, String> all = new HashMap<>(Patience.SETTINGS);
        all.put("server.port", "0");
        all.put("baseload.home", home.toString());
        all.put("baseload.bootstrap-key", KEY);
        all.put("server.shutdown", "immediate");
        for (String property : properties) {
            int end = property.indexOf('=');
            all.put(property.substring(0, end), property.substring(end + 1));
        }
        return new RunningService(new SpringApplicationBuilder(ServiceApplication.class)
                .run(all.entrySet().stream()
                        .map(property -> "--" + property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new)));
    }

    /**
     * Configuration of one of several services on a database.
     *
     * @param more further configuration
     */
    public static String[] oneOfSeveral(EmbeddedDatabase database, String... more) {
        List<String> all = List.of(
                "spring.datasource.url=jdbc:postgresql://localhost:" + database.port() + "/baseload",
                "spring.datasource.username=baseload_app",
                "spring.datasource.password=" + database.password("baseload_app"),
                "spring.flyway.user=baseload_owner",
                "spring.flyway.password=" + database.password("baseload_owner"));
        return Stream.concat(all.stream(), Stream.of(more)).toArray(String[]::new);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** As the operator. */
    public Rest rest() {
        return rest;
    }

    @Override
    public void close() {
        context.close();
    }
}
