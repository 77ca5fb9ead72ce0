package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.service.encryption.SealingKey;
import io.baseload.testing.Admin;
import io.baseload.testing.MigratedHome;
import io.baseload.testing.OtherProcess;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.Streamed;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.JsonNode;

/** {@code kill -9} in the middle of an import and of an answer, and a file that can't be written: how the next start, or the same service, recovers. */
final class KilledIT {
    private static final String LONG_ANSWER = """
        {"model": "default", "prompt": "Once upon a time", "max_tokens": 8000, "stream": true, "logit_bias": {"2": -100}}\
        """;

    @TempDir
    Path home;

    @Test
    void theNextStartContinuesOrEndsTheBegunWork() throws Exception {
        String job;
        double before;
        try (ServiceProcess service = ServiceProcess.start(home, "")) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            Streamed answer = Streamed.ask(rest, RunningService.KEY, LONG_ANSWER);
            assertThat(answer.next()).isNotEmpty();
            assertThat(answer.next()).isNotEmpty();
            LargeModel.write(home.resolve("import/large.gguf"), 60);
            job = rest.post(
                            "/admin/v1/models",
                            Map.of("path", "large.gguf", "name", "large", "quantize", "nf4-dq")) // takes its time
                    .at("/job/id")
                    .asString();
            before = Patience.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> progress(admin, job), progress -> progress >= 0.01);
            service.kill();
        }
        try (ServiceProcess service = ServiceProcess.start(home, "")) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            Patience.await().until(() -> progress(admin, job) > before);
            rest.post("/admin/v1/jobs/" + job + "/cancel", "{}");
            assertThat(admin.end(job).get("state").asString()).isEqualTo("cancelled");
            assertThat(rest.send("GET", "/admin/v1/models/large", "").statusCode())
                    .isEqualTo(404);
            assertThat(leftovers()).isZero();
            assertThat(lostOutcomes(admin)).isEqualTo(1);
            JsonNode found = rest.get("/admin/v1/audit/verification");
            assertThat(found.at("/integrity/ok").asBoolean()).isTrue();
            assertThat(found.at("/completeness/ok").asBoolean()).isTrue();
            assertThat(new Admin(rest).ask("default").statusCode()).isEqualTo(200);
        }
    }

    /** The move of an alias to two models, of which only the first is in memory: it waits until another process has that too. */
    @Test
    void aModelIsForgottenThatWasLoadedForAnAliasThatNeverCame() throws Exception {
        Path key = Files.writeString(
                home.resolve("master-key"), Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES)));
        Path folder = home.resolve("service");
        try (EmbeddedDatabase database = MigratedHome.database(home.resolve("database"))) {
            String password = database.password("baseload_app");
            JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(database.url(), "baseload_app", password));
            String[] properties = {
                "spring.datasource.url=" + database.url(),
                "spring.datasource.username=baseload_app",
                "spring.datasource.password=" + password,
                "spring.flyway.user=baseload_owner",
                "spring.flyway.password=" + database.password("baseload_owner"),
                "baseload.encryption.key-file=" + key
            };
            try (ServiceProcess service = ServiceProcess.start(folder, "", properties)) {
                Rest rest = service.rest();
                Admin admin = new Admin(rest);
                admin.importModel(folder, TestModels.tiny(), "one");
                admin.importModel(folder, TestModels.tiny(), "two");
                try (var other = new OtherProcess(jdbc)) {
                    other.reports("two", "loaded", Map.of());
                    rest.send(
                            "PUT",
                            "/admin/v1/aliases/both",
                            Map.of("targets", List.of(Map.of("model", "one"), Map.of("model", "two"))),
                            "Prefer",
                            "respond-async");
                    Patience.await().until(() -> admin.state("one").equals("loaded"));
                    service.kill();
                }
            }
            assertThat(wanted(jdbc, "one")).isEqualTo("BY_ALIAS");
            try (ServiceProcess service = ServiceProcess.start(folder, "", properties)) {
                Rest rest = service.rest();
                Admin admin = new Admin(rest);
                Patience.await().until(() -> wanted(jdbc, "one").equals("NO"));
                Patience.await().until(() -> admin.state("one").equals("stored"));
                assertThat(rest.send("GET", "/admin/v1/aliases/both", "").statusCode())
                        .isEqualTo(404);
                Patience.await().until(() -> admin.ask("default").statusCode() == 200);
            }
        }
    }

    private static String wanted(JdbcClient jdbc, String model) {
        return jdbc.sql("SELECT wanted FROM model WHERE id = ?")
                .param(model)
                .query(String.class)
                .single();
    }

    private static double progress(Admin admin, String job) throws Exception {
        return admin.job(job).get("progress").asDouble();
    }

    @Test
    void aWriteThatFailsFailsTheImportOnly() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            assertThat(new Admin(service.rest()).ask("default").statusCode()).isEqualTo(200);
        }
        try (ServiceProcess service = ServiceProcess.start(home, "ulimit -f 40000")) {
            Admin admin = new Admin(service.rest());
            LargeModel.write(home.resolve("import/large.gguf"), 3);
            JsonNode job = admin.end(admin.startImport("large.gguf", "large"));
            assertThat(job.get("state").asString()).isEqualTo("failed");
            assertThat(job.at("/error/message").asString()).containsIgnoringCase("file too large");
            assertThat(leftovers()).isZero();
            assertThat(admin.ask("default").statusCode()).isEqualTo(200);
        }
    }

    /** What is in the store and is no model. */
    private long leftovers() throws IOException {
        try (Stream<Path> entries = Files.list(home.resolve("models"))) {
            return entries.filter(
                            entry -> !entry.getFileName().toString().matches("[0-9a-f]{64}|sources|\\.lock(-imports)?"))
                    .count();
        }
    }

    private static long lostOutcomes(Admin admin) throws Exception {
        return admin.trail("completion.outcome").stream()
                .filter(entry -> entry.at("/detail/state").asString().equals("lost"))
                .count();
    }
}
