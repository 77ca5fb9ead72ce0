package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.database.EmbeddedDatabase;
import io.baseload.testing.Admin;
import io.baseload.testing.MigratedHome;
import io.baseload.testing.OtherProcess;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Two processes on one PostgreSQL, each with its own home: both follow a request to either. */
final class SeveralProcessesIT {
    @TempDir
    Path folder;

    @Test
    void aSwapIsDoneWhenEachProcessRoutesByIt() throws Exception {
        Path one = folder.resolve("one");
        Path other = folder.resolve("other");
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                RunningService first = RunningService.at(one, RunningService.oneOfSeveral(database));
                RunningService second = RunningService.at(other, RunningService.oneOfSeveral(database))) {
            assertThat(instances(first.rest())).hasSize(2);
            Admin admin = new Admin(first.rest());
            admin.importModel(one, TestModels.tiny(), "tiny");
            copyStore(one, other);

            admin.alias("chat", "tiny");
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(200);
            assertThat(new Admin(second.rest()).state("tiny")).isEqualTo("loaded");
            assertThat(instances(second.rest()).findValuesAsString("id"))
                    .filteredOn("tiny"::equals)
                    .hasSize(2);

            first.rest().send("DELETE", "/admin/v1/aliases/chat", "");
            Patience.await().until(() -> new Admin(second.rest()).state("tiny").equals("stored"));
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aProcessThatLacksTheFileStopsTheSwap() throws Exception {
        Path one = folder.resolve("one");
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                RunningService first = RunningService.at(one, RunningService.oneOfSeveral(database));
                RunningService second =
                        RunningService.at(folder.resolve("other"), RunningService.oneOfSeveral(database))) {
            Admin admin = new Admin(first.rest());
            admin.importModel(one, TestModels.tiny(), "tiny");
            var refused = first.rest().send("PUT", "/admin/v1/aliases/chat", Map.of("model", "tiny"));
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body()).contains("can't load the model");
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(404);
            Patience.await().until(() -> admin.state("tiny").equals("stored"));
        }
    }

    /** The move waits for a third process, which does nothing. */
    @Test
    void aJobOfOneProcessIsCancelledThroughAnother() throws Exception {
        Path one = folder.resolve("one");
        Path other = folder.resolve("other");
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                RunningService first = RunningService.at(one, RunningService.oneOfSeveral(database));
                RunningService second = RunningService.at(other, RunningService.oneOfSeveral(database));
                var idle = new OtherProcess(first.bean(JdbcClient.class))) {
            assertThat(instances(first.rest())).hasSize(3);
            Admin admin = new Admin(first.rest());
            admin.importModel(one, TestModels.tiny(), "tiny");
            copyStore(one, other);
            var started = first.rest()
                    .send("PUT", "/admin/v1/aliases/chat", Map.of("model", "tiny"), "Prefer", "respond-async");
            String job = Rest.json(started).at("/job/id").asString();
            second.rest().post("/admin/v1/jobs/" + job + "/cancel", "");
            assertThat(admin.end(job).get("state").asString()).isEqualTo("cancelled");
            assertThat(admin.ask("chat").statusCode()).isEqualTo(404);
            assertThat(new Admin(second.rest()).ask("chat").statusCode()).isEqualTo(404);
        }
    }

    /** One process has the engine, the other only passes requests on to a backend. */
    @Test
    void aProcessWithoutEngineIsNotWaitedForAndPassesRequestsOn() throws Exception {
        Path one = folder.resolve("one");
        try (EmbeddedDatabase database = MigratedHome.database(folder.resolve("database"));
                ScriptedBackend backend = new ScriptedBackend();
                RunningService first = RunningService.at(
                        one, RunningService.oneOfSeveral(database, "baseload.backends.allowed-hosts=127.0.0.1"));
                ServiceProcess gateway = ServiceProcess.gateway(
                        folder.resolve("gateway"),
                        RunningService.oneOfSeveral(database, "baseload.backends.allowed-hosts=127.0.0.1"))) {
            backend.says("upstream", 3, "word").says("tiny", 3, "word");
            Admin admin = new Admin(first.rest());
            Admin there = new Admin(gateway.rest());
            assertThat(there.health("readiness")).isEqualTo(200);
            assertThat(instances(first.rest()).findValues("engine"))
                    .extracting(JsonNode::asBoolean)
                    .containsExactlyInAnyOrder(true, false);
            admin.importModel(one, TestModels.tiny(), "tiny");

            admin.alias("chat", "tiny");
            assertThat(admin.ask("chat").statusCode()).isEqualTo(200);
            assertThat(there.ask("chat").statusCode()).isEqualTo(503);
            assertThat(there.state("tiny")).isEqualTo("stored");
            var bodies = Map.of(
                    "/admin/v1/models/tiny/load",
                    Map.of(),
                    "/admin/v1/models",
                    Map.of("path", "file.gguf", "name", "file"));
            for (var call : bodies.entrySet()) {
                var refused = gateway.rest().send("POST", call.getKey(), call.getValue());
                assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
                assertThat(refused.body()).contains("This process has no engine");
            }

            var plan = gateway.rest().send("POST", "/admin/v1/plan", Map.of("shape", "llama-70b"));
            assertThat(plan.statusCode()).as(plan.body()).isEqualTo(400);
            assertThat(plan.body()).contains("this process has no engine");
            assertThat(gateway.rest()
                            .post("/admin/v1/plan", Map.of("shape", "llama-70b", "machine", "nf8260g7"))
                            .get("decode_tokens_per_second")
                            .asDouble())
                    .isPositive();

            assertThat(gateway.rest()
                            .send("PUT", "/admin/v1/aliases/other", Map.of("model", "tiny"))
                            .statusCode())
                    .isEqualTo(409);

            gateway.rest()
                    .post(
                            "/admin/v1/backends",
                            Map.of(
                                    "name",
                                    "far",
                                    "base_url",
                                    backend.url(),
                                    "models",
                                    List.of(Map.of("id", "upstream"), Map.of("id", "tiny"))));
            assertThat(chat(gateway.rest(), "upstream")).isEqualTo(200);
            assertThat(chat(gateway.rest(), "tiny")).isEqualTo(200);
            assertThat(gateway.rest()
                            .send("DELETE", "/admin/v1/models/tiny", "")
                            .statusCode())
                    .isEqualTo(409);
            List<Map<String, Object>> targets = List.of(
                    Map.of("model", "tiny", "order", 0), Map.of("model", "upstream", "backend", "far", "order", 1));
            Patience.await()
                    .ignoreExceptions() // until it has heard of the backend
                    .until(() -> !first.rest()
                            .put("/admin/v1/aliases/chat", Map.of("targets", targets))
                            .isEmpty());
            assertThat(chat(gateway.rest(), "chat")).isEqualTo(200);
            assertThat(backend.requests()).hasSize(3);

            assertThat(admin.state("tiny")).isEqualTo("loaded");
            there.move("tiny", "unload");
            assertThat(admin.state("tiny")).isEqualTo("stored");
            assertThat(gateway.log())
                    .contains("This is a gateway")
                    .doesNotContain("Vector API", "engine: workers", " ERROR ");
        }
    }

    private static int chat(Rest rest, String model) throws Exception {
        Map<String, Object> message = Map.of("role", "user", "content", "Say a word.");
        return rest.send("POST", "/v1/chat/completions", Map.of("model", model, "messages", List.of(message)))
                .statusCode();
    }

    private static JsonNode instances(Rest rest) throws Exception {
        return rest.get("/admin/v1/instances").get("data");
    }

    private static void copyStore(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from.resolve("models"))) {
            files = all.toList();
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file).toString());
            if (!Files.exists(target)) {
                Files.copy(file, target);
            }
        }
    }
}
