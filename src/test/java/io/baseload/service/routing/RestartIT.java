package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.ResidentModel;
import io.baseload.service.registry.LoadedModels;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a service remembers over a restart, and the rule by which models leave memory. */
final class RestartIT {
    private static final String BUNDLED = "smollm2-135m-instruct";
    private static final byte[] TEMPLATE =
            "{% for message in messages %}{{ message.content }}{% endfor %}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path home;

    @Test
    void aliasesAndLoadedModelsComeBack() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            admin.importModel(home, TestModels.tiny(), "aliased");
            admin.importModel(home, TestModels.tiny(), "loaded");
            admin.importModel(home, TestModels.tiny(), "stored");
            admin.alias("name", "aliased");
            admin.move("loaded", "load");
            admin.move("stored", "load");
            admin.move("stored", "unload");
        }
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            assertThat(admin.state("aliased")).isEqualTo("loaded");
            assertThat(admin.state("loaded")).isEqualTo("loaded");
            assertThat(admin.state("stored")).isEqualTo("stored");
            assertThat(admin.ask("name").statusCode()).isEqualTo(200);
            assertThat(admin.ask("default").statusCode()).isEqualTo(200);
            leavesMemoryWithItsLastAliasUnlessAnOperatorLoadedIt(admin);
        }
    }

    @Test
    void aStartLeavesWhatSomebodyHasSetUpAlone() throws Exception {
        String allowed = "baseload.backends.allowed-hosts=127.0.0.1";
        try (var backend = new ScriptedBackend()) {
            try (RunningService service = RunningService.at(home, allowed)) {
                Rest rest = service.rest();
                assertThat(new Admin(rest).trail("admin.alias.put"))
                        .singleElement()
                        .satisfies(entry -> {
                            assertThat(entry.get("subject").asString()).isEqualTo("aliases/default");
                            assertThat(entry.at("/actor/tenant").asString()).isEqualTo("system");
                            assertThat(entry.at("/detail/model").asString()).isEqualTo(BUNDLED);
                        });
                rest.post(
                        "/admin/v1/backends",
                        Map.of("name", "gpu", "base_url", backend.url(), "models", List.of(Map.of("id", "large"))));
                rest.put(
                        "/admin/v1/aliases/default",
                        Map.of("targets", List.of(Map.of("model", "large", "backend", "gpu"))));
                Patience.await()
                        .until(() -> rest.send("DELETE", "/admin/v1/models/" + BUNDLED, "")
                                        .statusCode()
                                == 204); // when it has left memory
            }
            try (RunningService service = RunningService.at(home, allowed)) {
                Rest rest = service.rest();
                assertThat(rest.get("/admin/v1/aliases/default").get("model").asString())
                        .isEqualTo("large");
                assertThat(rest.get("/admin/v1/models").get("data")).isEmpty();
                assertThat(new Admin(rest).health("readiness")).isEqualTo(200);
            }
        }
    }

    /** The first load that takes long is held by its chat template, which is a pipe. */
    @Test
    void aServiceIsReadyAfterItsFirstLoadsButFollowsTheDatabaseMeanwhile() throws Exception {
        Path pipe = home.resolve("template");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        String held = "baseload.model.chat-templates.slow=" + pipe;
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            for (String model : List.of("quick", "slow")) {
                admin.importModel(home, TestModels.tiny(), model);
                admin.move(model, "load");
            }
        }
        try (RunningService service = RunningService.starting(home, held, "baseload.model.ready=first");
                OutputStream template = Files.newOutputStream(pipe)) {
            Admin admin = new Admin(service.rest());
            assertThat(admin.health("readiness")).isEqualTo(200);
            assertThat(admin.ask("slow").statusCode()).isEqualTo(503);
            template.write(TEMPLATE);
            template.close();
            Patience.await().until(() -> admin.state("slow").equals("loaded"));
        }
        try (RunningService service = RunningService.starting(home, held);
                OutputStream template = Files.newOutputStream(pipe)) {
            Admin admin = new Admin(service.rest());
            assertThat(admin.ask("quick").statusCode()).isEqualTo(200);
            assertThat(admin.health("readiness")).isEqualTo(503);

            // as another process does
            service.bean(JdbcClient.class)
                    .sql("UPDATE model SET wanted = 'NO' WHERE id = 'slow'")
                    .update();
            service.bean(AliasTargets.class).point("name", AliasRoute.to("quick"));
            Patience.await().until(() -> admin.ask("name").statusCode() == 200);
            assertThat(admin.health("readiness")).isEqualTo(503);

            template.write(TEMPLATE);
            template.close();
            Patience.await().until(() -> admin.state("slow").equals("stored"));
            Patience.await().until(() -> admin.health("readiness") == 200);
        }
    }

    @Test
    void jobsWaitForAProcessWithAnEngine() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            service.bean(JdbcClient.class).sql("""
                INSERT INTO job (id, kind, model, state, progress, message, created_at, home, task)
                SELECT 'job_left', 'LOAD', 'gone', 'RUNNING', 0.1, 'loading', clock_timestamp(), home, '{"id": "gone"}' FROM instance\
                """).update();
        }
        try (RunningService gateway = RunningService.at(home, "baseload.engine.enabled=false")) {
            assertThat(gateway.rest()
                            .get("/admin/v1/jobs/job_left")
                            .get("state")
                            .asString())
                    .isEqualTo("running");
        }
        try (RunningService service = RunningService.at(home)) {
            String state = Patience.await()
                    .until(
                            () -> service.rest()
                                    .get("/admin/v1/jobs/job_left")
                                    .get("state")
                                    .asString(),
                            it -> !it.equals("running"));
            assertThat(state).as("there is no such model").isEqualTo("failed");
        }
    }

    @Test
    void anErrorInTheFirstLoadsEndsNeitherTheOthersNorTheClock() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            for (String model : List.of("bad", "fine")) {
                admin.importModel(home, TestModels.tiny(), model);
                admin.move(model, "load");
            }
        }
        try (RunningService service = RunningService.at(home, "spring.main.sources=" + Broken.class.getName())) {
            Admin admin = new Admin(service.rest());
            Patience.await().until(() -> admin.state("bad").equals("failed"));
            assertThat(admin.state("fine")).isEqualTo("loaded");
            service.bean(AliasTargets.class).point("name", AliasRoute.to("fine")); // as another process does
            Patience.await().until(() -> admin.ask("name").statusCode() == 200);
        }
    }

    /** Fails for one of the models. */
    static final class Broken implements LoadedModels.Listener {
        Broken() {}

        @Override
        public void entered(String id, ResidentModel model) {
            if (id.equals("bad")) {
                throw new AssertionError("bad");
            }
        }

        @Override
        public void left(String id) {}
    }

    private static void leavesMemoryWithItsLastAliasUnlessAnOperatorLoadedIt(Admin admin) throws Exception {
        admin.alias("name", "loaded");
        assertThat(whenDrained(admin, "aliased")).isEqualTo("stored");
        admin.alias("name", "aliased");
        assertThat(admin.state("loaded")).isEqualTo("loaded");
    }

    private static String whenDrained(Admin admin, String model) throws Exception {
        return Patience.await().until(() -> admin.state(model), state -> !state.equals("draining"));
    }
}
