package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;

/** Sessions that nobody uses. */
@ExtendWith(WholeService.class)
class IdleSessionsIT {
    private static final Path TEMPLATES = Path.of("src/main/resources/io/baseload/service/console/templates");
    private static final Pattern UNASKED = Pattern.compile("hx-trigger=(\"|\\$\\{[^}]*')(every|load|jobs-ended)");

    @Test
    void anOpenPageKeepsNoSessionForEver(RunningService service) throws Exception {
        try (var person = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            assertThat(person.part("/console/home/engine").statusCode()).isEqualTo(200);
            session(service, person).setMaxInactiveInterval(3);
            Patience.await().until(() -> person.part("/console/home/engine").statusCode() == 401);
            assertThat(person.get("/console").headers().firstValue("Location")).isPresent();
        }
    }

    @Test
    void whoeverUsesAPageKeepsTheSession(RunningService service) throws Exception {
        try (var person = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            Session session = session(service, person);
            Object signedIn = lastUse(session);
            person.part("/console/home/engine");
            assertThat(lastUse(session)).isEqualTo(signedIn);
            person.get("/console");
            assertThat(lastUse(session)).isNotEqualTo(signedIn);
        }
    }

    @Test
    void aSessionWithoutATimeOutDoesNotEnd(RunningService service) throws Exception {
        try (var person = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            session(service, person).setMaxInactiveInterval(-1);
            assertThat(person.get("/console").statusCode()).isEqualTo(200);
            assertThat(person.part("/console/home/engine").statusCode()).isEqualTo(200);
        }
    }

    /** Otherwise a request of a person would count as one of the page. */
    @Test
    void pagesLoadPartsByThemselvesOnly() throws Exception {
        try (var files = Files.list(TEMPLATES)) {
            for (Path file : files.toList()) {
                assertThat(Files.readAllLines(file))
                        .as(file.toString())
                        .filteredOn(line -> line.contains("hx-get="))
                        .allSatisfy(line -> assertThat(line).containsPattern(UNASKED));
            }
        }
    }

    private static Object lastUse(Session session) {
        return Objects.requireNonNull(session.getSession().getAttribute(Sessions.class.getName() + ".lastUse"));
    }

    private static Session session(RunningService service, ConsoleSession person) throws Exception {
        var context = (WebServerApplicationContext)
                Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext());
        var server = (TomcatWebServer) Objects.requireNonNull(context.getWebServer());
        for (Container child : server.getTomcat().getHost().findChildren()) {
            if (child instanceof Context pages) {
                return pages.getManager()
                        .findSession(person.cookie("baseload-session").orElseThrow());
            }
        }
        throw new AssertionError("no context");
    }
}
