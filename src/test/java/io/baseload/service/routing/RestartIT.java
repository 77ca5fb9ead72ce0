package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.ResidentModel;
import io.baseload.service.registry.LoadedModelListener;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a service remembers over a restart, and the rule by which models leave memory. */
final class RestartIT {
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
    static final class Broken implements LoadedModelListener {
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
