package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.Canary.Arm;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.testing.Admin;
import io.baseload.testing.OtherProcess;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Names and canaries whose models, backends or names change while they move. */
final class MovesIT {
    private static final Caller CALLER =
            new Caller("default", 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);

    @TempDir
    static Path home;

    private static ScriptedBackend backend;
    private static RunningService service;
    private static Rest rest;
    private static Admin admin;
    private static JdbcClient jdbc;

    @BeforeAll
    static void start() throws Exception {
        backend = new ScriptedBackend();
        service = RunningService.at(home, "baseload.backends.allowed-hosts=127.0.0.1");
        rest = service.rest();
        admin = new Admin(rest);
        jdbc = service.bean(JdbcClient.class);
        admin.importModel(home, TestModels.tiny(), "one");
        admin.importModel(home, TestModels.tiny(), "two");
    }

    @AfterAll
    static void stop() {
        service.close();
        backend.close();
    }

    @Test
    void aRequestUnderWayFindsThatItsNameHasMovedNotThatItIsGone() throws Exception {
        makeBackend("far", "m");
        admin.alias("chat", "one");
        List<ModelDirectory.Target> targets =
                service.bean(ModelDirectory.class).route(CALLER, "chat", TargetFilter.ALL);
        rest.put("/admin/v1/aliases/chat", Map.of("targets", List.of(Map.of("model", "m", "backend", "far"))));
        assertThatThrownBy(() -> targets.getFirst().acquire(LoadPatience.NONE))
                .isInstanceOf(ModelUnavailableException.class);
        forget("chat");
        assertThatThrownBy(() -> targets.getFirst().acquire(LoadPatience.NONE))
                .isInstanceOf(UnknownModelException.class);
    }

    @Test
    void aBackendThatCanNotBeReadKeepsNoNameWhereItIs() throws Exception {
        admin.alias("steady", "one");
        makeBackend("spoiled", "m");
        jdbc.sql("UPDATE backend SET base_url = 'no address' WHERE name = 'spoiled'")
                .update();
        jdbc.sql("DELETE FROM alias WHERE name = 'steady'").update(); // as another process does
        Patience.await().until(() -> admin.ask("steady").statusCode() == 404);
        jdbc.sql("DELETE FROM backend WHERE name = 'spoiled'").update();
    }

    @Test
    void aBackendKeepsWhatACanaryUses() throws Exception {
        makeBackend("trial", "new", "other");
        admin.alias("tried", "one");
        canary("tried", Map.of("model", "new", "backend", "trial", "percent", 1));
        assertThat(change("PATCH", "trial", List.of("other"))).isEqualTo(409);
        assertThat(change("PATCH", "trial", List.of("new"))).isEqualTo(200);
        assertThat(change("DELETE", "trial", List.of())).isEqualTo(409);
        rest.post("/admin/v1/aliases/tried/canary/rollback", "{}");
        assertThat(change("DELETE", "trial", List.of())).isEqualTo(204);
        forget("tried");
    }

    @Test
    void aBackendKeepsEachModelThatANameUses() throws Exception {
        makeBackend("double", "first", "second");
        rest.put(
                "/admin/v1/aliases/both",
                Map.of(
                        "targets",
                        List.of(
                                Map.of("model", "first", "backend", "double"),
                                Map.of("model", "second", "backend", "double"))));
        assertThat(change("PATCH", "double", List.of("first"))).isEqualTo(409);
        assertThat(change("PATCH", "double", List.of("second"))).isEqualTo(409);
        forget("both");
        assertThat(change("DELETE", "double", List.of())).isEqualTo(204);
    }

    @Test
    void aCanaryWhoseModelIsGoneIsNotPromoted() throws Exception {
        makeBackend("lost", "new");
        admin.alias("losing", "one");
        canary("losing", Map.of("model", "new", "backend", "lost", "percent", 100, "min_requests", 5));
        jdbc.sql("DELETE FROM backend_model WHERE backend = 'lost'").update();
        service.bean(Backends.class).refresh();
        assertThat(rest.send("POST", "/admin/v1/aliases/losing/canary/promote", "{}")
                        .statusCode())
                .isEqualTo(409);
        CanaryRows rows = service.bean(CanaryRows.class);
        CanaryCount five = CanaryCount.none();
        for (int i = 0; i < 5; i++) {
            five = five.plus(CanaryCount.ofAnswer("default", Duration.ofMillis(1)));
        }
        rows.add(rows.find("losing").orElseThrow(), Arm.CANARY, five);
        JsonNode end = Patience.await()
                .until(
                        () -> rest.get("/admin/v1/aliases/losing/canary"),
                        canary -> !canary.get("state").asString().equals("running"));
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("rolled_back");
        assertThat(end.get("reason").asString()).contains("no longer has its model");
        forget("losing");
    }

    @Test
    void aMoveThatIsCancelledLeavesTheModelToTheOtherMoves() throws Exception {
        try (var other = new OtherProcess(jdbc)) {
            String first = move("first", "two");
            String second = move("second", "two");
            awaitOthers(first);
            awaitOthers(second);
            rest.post("/admin/v1/jobs/" + first + "/cancel", "");
            assertThat(admin.end(first).get("state").asString()).isEqualTo("cancelled");
            assertThat(wanted("two")).isEqualTo("BY_ALIAS");

            jdbc.sql("UPDATE model SET wanted = 'NO' WHERE id = 'two'").update(); // as a third process may do
            other.reports("two", "loaded", Map.of("second", "two"));
            JsonNode end = admin.end(second);
            assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("succeeded");
            assertThat(wanted("two")).isEqualTo("BY_ALIAS");
        }
        Patience.await().until(() -> admin.ask("second").statusCode() == 200);
        forget("second");
        assertThat(wanted("two")).isEqualTo("NO");
    }

    @Test
    void aCanaryDoesNotBeginIfItsNameWasDeletedWhileItWasLoaded() throws Exception {
        admin.alias("brief", "one");
        try (var other = new OtherProcess(jdbc)) {
            CompletableFuture<HttpResponse<String>> begun = CompletableFuture.supplyAsync(() -> putCanary("brief"));
            Patience.await()
                    .until(() -> isWaiting(rest.get("/admin/v1/jobs?limit=1").at("/data/0")));
            forget("brief");
            other.reports("two", "loaded", Map.of());
            HttpResponse<String> answer = begun.get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        }
    }

    private static void makeBackend(String name, String... models) throws Exception {
        rest.post(
                "/admin/v1/backends",
                Map.of("name", name, "base_url", backend.url(), "models", models(List.of(models))));
    }

    private static List<Map<String, String>> models(List<String> ids) {
        return ids.stream().map(id -> Map.of("id", id)).toList();
    }

    private static int change(String method, String name, List<String> models) throws Exception {
        return rest.send(method, "/admin/v1/backends/" + name, Map.of("models", models(models)))
                .statusCode();
    }

    private static void canary(String alias, Map<String, Object> canary) throws Exception {
        rest.put("/admin/v1/aliases/" + alias + "/canary", canary);
    }

    private static HttpResponse<String> putCanary(String alias) {
        try {
            return rest.send("PUT", "/admin/v1/aliases/" + alias + "/canary", Map.of("model", "two", "percent", 1));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void forget(String alias) throws Exception {
        assertThat(rest.send("DELETE", "/admin/v1/aliases/" + alias, "").statusCode())
                .isEqualTo(204);
    }

    /** @return the id of its job */
    private static String move(String alias, String model) throws Exception {
        HttpResponse<String> begun =
                rest.send("PUT", "/admin/v1/aliases/" + alias, Map.of("model", model), "Prefer", "respond-async");
        return Rest.json(begun).at("/job/id").asString();
    }

    private static void awaitOthers(String job) {
        Patience.await().until(() -> isWaiting(admin.job(job)));
    }

    private static boolean isWaiting(JsonNode job) {
        return job.path("message").asString("").equals("waiting for the other processes");
    }

    private static String wanted(String model) {
        return jdbc.sql("SELECT wanted FROM model WHERE id = ?")
                .param(model)
                .query(String.class)
                .single();
    }
}
