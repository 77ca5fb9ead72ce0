package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.console.ConsoleSession;
import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.Admin;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.MigratedHome;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.Streamed;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** PostgreSQL becomes unreachable during a streamed answer, or no longer answers, and returns. */
final class OutageIT {
    private static final String ANSWER = """
        {"model": "default", "prompt": "Once upon a time", "max_tokens": 150, "stream": true,\
         "stream_options": {"include_usage": true}, "logit_bias": {"2": -100}}\
        """;

    /** As in production; other tests wait longer for a database on a crowded machine. */
    private static final String SOCKET_TIMEOUT = "spring.datasource.hikari.data-source-properties.socketTimeout=20";

    @TempDir
    Path folder;

    @Test
    void runningAnswersEndAndAreSettledLater() throws Exception {
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                CuttableLine line = new CuttableLine(database.port());
                RunningService service = RunningService.at(folder.resolve("home"), line.to(database));
                ConsoleSession console = ConsoleSession.of(service.rest().url(), RunningService.KEY)) {
            Admin admin = new Admin(service.rest());
            Streamed answer = Streamed.ask(service.rest(), RunningService.KEY, ANSWER);
            assertThat(answer.next()).isNotEmpty();
            line.cut();
            Patience.await().until(() -> admin.health("readiness") == 503);
            assertThat(admin.health("liveness")).isEqualTo(200);
            assertThat(admin.ask("default").statusCode()).isEqualTo(503);
            assertThat(service.rest().send("GET", "/actuator/prometheus", "").statusCode())
                    .isEqualTo(503);
            HttpResponse<String> home = console.get("/console");
            assertThat(home.statusCode()).isEqualTo(503);
            assertThat(home.body()).contains("The database is unavailable");
            List<String> events = answer.rest();
            assertThat(events.getLast()).isEqualTo("[DONE]");
            assertThat(String.join("\n", events)).contains("\"completion_tokens\":150");

            line.mend();
            Patience.await().until(() -> admin.health("readiness") == 200);
            Patience.await().until(() -> outcomes(service).contains("\"completion_tokens\":150"));
            JsonNode found = service.rest().get("/admin/v1/audit/verification");
            assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
            assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
            assertThat(admin.ask("default").statusCode()).isEqualTo(200);
            assertThat(console.get("/console").body()).contains("Needs attention");
        }
    }

    /** As if its process had been stopped: its connections stay open. */
    @Test
    void aDatabaseThatHangsStopsNothingForEver() throws Exception {
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                CuttableLine line = new CuttableLine(database.port());
                RunningService service = RunningService.at(folder.resolve("home"), line.to(database, SOCKET_TIMEOUT))) {
            Admin admin = new Admin(service.rest());
            Patience.await().until(() -> admin.ask("default").statusCode() == 200);
            line.fallSilent();
            assertThat(admin.ask("default").statusCode()).isEqualTo(503);
            Patience.await().until(() -> admin.health("readiness") == 503);
            assertThat(admin.health("liveness")).isEqualTo(200);

            line.mend();
            Patience.await().until(() -> admin.health("readiness") == 200);
            Patience.await().until(() -> admin.ask("default").statusCode() == 200);
            JsonNode found = service.rest().get("/admin/v1/audit/verification");
            assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
            assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
        }
    }

    private static String outcomes(RunningService service) throws Exception {
        return service.rest()
                .get("/admin/v1/audit?kind=completion.outcome&limit=1000")
                .toString();
    }
}
