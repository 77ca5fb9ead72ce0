package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.AbandonedException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.store.ModelStore;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Models that are loaded on request and unloaded when idle, with memory for two of them; and canaries. */
final class LifecycleIT {
    private static final int KV_TOKENS = 4096;
    private static final String CANARY = "/admin/v1/aliases/name/canary";

    @TempDir
    Path home;

    @Test
    void modelsComeAndGoByThemselves() throws Exception {
        try (var broken = new ScriptedBackend();
                RunningService service = RunningService.at(
                        home,
                        "baseload.memory.limit=" + memoryForTwo() + "B",
                        "baseload.memory.reserve=0B",
                        "baseload.model.kv-tokens=" + KV_TOKENS,
                        "baseload.model.load-wait=5m",
                        "baseload.backends.allowed-hosts=127.0.0.1")) {
            Admin admin = new Admin(service.rest());
            for (String name : List.of("a", "b", "c")) {
                admin.importModel(home, TestModels.tiny(), name);
            }
            theLeastRecentlyUsedMakesRoom(admin);
            pinnedOnesStay(service, admin);
            nobodyWaitsLongerForALoadThanTheyMay(service, admin);
            aModelThatCanNeverFitIsRefusedAtOnce(service.rest(), admin);
            nobodyMakesRoomInVain(service, admin);
            silentOnesLeave(service, admin);
            aRequestWaitsForTheOnlyTargetOfItsSize(service, admin, broken);
            aRequestWaitsForALoadIfNoOtherTargetAnswers(service, admin);
            aRequestWaitsOnlySoLong(service, admin);
            aGoodCanaryIsPromoted(service.rest(), admin);
            theOthersAnswerRequestsThatACanaryRefuses(service.rest(), broken);
            aRequestThatAFilterBlocksStaysBlocked(service.rest(), admin, broken);
            aCanaryThatRefusesWhatTheOthersAcceptIsRolledBack(service.rest());
            aBadCanaryIsRolledBackAndNobodySeesIt(service.rest(), broken, "bad", 500);
            aBadCanaryIsRolledBackAndNobodySeesIt(service.rest(), broken, "busy", 503);
            operatorsMayDecide(service.rest(), admin);
            aCanaryThatWasUnloadedComesBack(service, admin);
        }
    }

    private static long memoryForTwo() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            long one = engine.estimate(TestModels.tiny(), LoadOptions.named("a").withKvTokens(KV_TOKENS))
                    .total();
            return Runtime.getRuntime().maxMemory() + 5 * one / 2;
        }
    }

    private static void theLeastRecentlyUsedMakesRoom(Admin admin) throws Exception {
        assertThat(admin.ask("a").statusCode()).isEqualTo(200);
        assertThat(admin.ask("b").statusCode()).isEqualTo(200);
        assertThat(admin.ask("c").statusCode()).isEqualTo(200);
        assertThat(admin.state("a")).isEqualTo("stored");
        assertThat(admin.state("b")).isEqualTo("loaded");
        assertThat(admin.state("c")).isEqualTo("loaded");
    }

    private static void pinnedOnesStay(RunningService service, Admin admin) throws Exception {
        pin(service.rest(), admin, "b", true);
        assertThat(admin.ask("a").statusCode()).isEqualTo(200);
        assertThat(admin.state("c")).isEqualTo("stored");
        JsonNode model = service.rest().get("/admin/v1/models/b");
        assertThat(model.get("state").asString()).isEqualTo("loaded");
        assertThat(model.at("/loaded/pinned").asBoolean()).isTrue();
    }

    /** The load of c has no room, because both models in memory are pinned. */
    private static void nobodyWaitsLongerForALoadThanTheyMay(RunningService service, Admin admin) throws Exception {
        Rest rest = service.rest();
        pin(rest, admin, "a", true);
        HttpResponse<String> refused = rest.send(
                "POST",
                "/v1/completions",
                Map.of("model", "c", "prompt", List.of(1), "max_tokens", 1),
                "x-max-wait-ms",
                "500");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(Rest.json(refused).at("/error/code").asString()).isEqualTo("model_loading");
        var gone = new LoadPatience(Optional::empty, () -> false);
        assertThatThrownBy(() -> service.bean(OnDemandModels.class).bring("default", "c", "c", gone, Optional::empty))
                .isInstanceOf(AbandonedException.class);
        rest.send("PATCH", "/admin/v1/tenants/default", Map.of("max_wait_ms", 500));
        assertThat(admin.ask("c").statusCode()).as("of its tenant").isEqualTo(503);
        rest.send("PATCH", "/admin/v1/tenants/default", "{\"max_wait_ms\": null}");
        pin(rest, admin, "a", false);
        Patience.await().until(() -> admin.state("c").equals("loaded"));
        assertThat(admin.ask("a").statusCode()).as("as before").isEqualTo(200);
        assertThat(admin.state("c")).isEqualTo("stored");
    }

    private static void pin(Rest rest, Admin admin, String model, boolean pinned) throws Exception {
        admin.end(rest.post("/admin/v1/models/" + model + "/load", Map.of("pinned", pinned))
                .at("/job/id")
                .asString());
    }

    private static void aModelThatCanNeverFitIsRefusedAtOnce(Rest rest, Admin admin) throws Exception {
        HttpResponse<String> answer = admin.ask("default");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(admin.state("a")).as("nobody makes room for it").isEqualTo("loaded");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(admin.ask("nobody").statusCode()).isEqualTo(404);
        assertThat(rest.get("/v1/models").toString()).contains("\"c\"");
    }

    /** For a model that fits alone, but not beside one that is pinned. */
    private static void nobodyMakesRoomInVain(RunningService service, Admin admin) throws Exception {
        var engine = service.bean(Engine.class);
        var rows = service.bean(ModelRows.class);
        var loaded = service.bean(LoadedModels.class);
        var usual = service.bean(LoadSettings.class);
        var settings = new LoadSettings(
                true,
                usual.template().withKvTokens(8 * KV_TOKENS),
                usual.toolFormats(),
                usual.chatTemplates(),
                usual.build());
        var residence = new Residence(new Residence.Policy(Duration.ofMillis(1), Duration.ZERO, 1));
        long pinned = loaded.model("b").orElseThrow().resident().load().memory().total();
        long needed = engine.estimate(
                        TestModels.tiny(), settings.options(rows.findById("c").orElseThrow()))
                .total();
        long heap = Runtime.getRuntime().maxMemory();
        var budget = new MemoryBudget(heap + needed + pinned / 2, heap, 0);
        var loader = new ModelLoader(engine, service.bean(ModelStore.class), rows, loaded, budget, settings, residence);
        var narrow = new OnDemandModels(rows, loader, loaded, residence);
        assertThatThrownBy(() -> narrow.load("c")).isInstanceOf(NotEnoughMemoryException.class);
        assertThat(admin.state("a")).as("with b pinned, it would not be enough").isEqualTo("loaded");
    }

    private static void silentOnesLeave(RunningService service, Admin admin) throws Exception {
        Patience.await().until(() -> {
            // again, if the last answer was not let go yet
            service.bean(ModelLoader.class)
                    .inTurn(() -> service.bean(OnDemandModels.class).sweep(Duration.ZERO));
            return admin.state("a").equals("stored");
        });
        assertThat(admin.state("b")).isEqualTo("loaded");
    }

    private static void aRequestWaitsForTheOnlyTargetOfItsSize(
            RunningService service, Admin admin, ScriptedBackend elsewhere) throws Exception {
        Rest rest = service.rest();
        rest.post(
                "/admin/v1/backends",
                Map.of("name", "elsewhere", "base_url", elsewhere.url(), "models", List.of(Map.of("id", "large"))));
        rest.put(
                "/admin/v1/aliases/sized",
                Map.of(
                        "targets",
                        List.of(
                                Map.of("model", "a", "max_prompt_tokens", 1000),
                                Map.of("model", "large", "min_prompt_tokens", 1001))));
        silentOnesLeave(service, admin);
        assertThat(admin.ask("sized").body()).contains("\"model\":\"a\"");
        assertThat(rest.send("DELETE", "/admin/v1/aliases/sized", "").statusCode())
                .isEqualTo(204);
    }

    private static void aRequestWaitsForALoadIfNoOtherTargetAnswers(RunningService service, Admin admin)
            throws Exception {
        Rest rest = service.rest();
        try (var full = new ScriptedBackend()) {
            full.on("crowded", connection -> connection.whole(503, "", "{}"));
            backend(rest, "full", full.url(), "crowded");
            backend(rest, "gone", "http://127.0.0.1:1/v1", "lost");
            var messages = List.of(Map.of("role", "user", "content", "Hi"));
            for (String other : List.of("crowded", "lost")) {
                var targets = List.of(Map.of("model", "a"), Map.of("model", other));
                rest.put("/admin/v1/aliases/either", Map.of("targets", targets));
                silentOnesLeave(service, admin);
                HttpResponse<String> answer = rest.send(
                        "POST",
                        "/v1/chat/completions",
                        Map.of("model", "either", "max_tokens", 1, "messages", messages));
                assertThat(answer.body()).as(other).contains("\"model\":\"a\"");
            }
        }
        assertThat(rest.send("DELETE", "/admin/v1/aliases/either", "").statusCode())
                .isEqualTo(204);
    }

    private static void backend(Rest rest, String name, String url, String model) throws Exception {
        rest.post("/admin/v1/backends", Map.of("name", name, "base_url", url, "models", List.of(Map.of("id", model))));
    }

    private static void aRequestWaitsOnlySoLong(RunningService service, Admin admin) throws Exception {
        var impatient = new OnDemandModels(
                service.bean(ModelRows.class),
                service.bean(ModelLoader.class),
                service.bean(LoadedModels.class),
                new Residence(new Residence.Policy(Duration.ofMillis(1), Duration.ZERO, 1)));
        assertThatThrownBy(() -> impatient.bring(
                        "default", "c", "c", new LoadPatience(Optional::empty, () -> true), Optional::empty))
                .isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("being loaded");
        Patience.await().until(() -> List.of("loaded", "stored").contains(admin.state("c")));
        assertThat(admin.ask("c").statusCode()).isEqualTo(200);
    }

    private static void aGoodCanaryIsPromoted(Rest rest, Admin admin) throws Exception {
        admin.alias("name", "b");
        JsonNode begun = rest.put(CANARY, Map.of("model", "c", "percent", 100, "min_requests", 5));
        assertThat(begun.get("state").asString()).isEqualTo("running");
        for (int i = 0; i < 5; i++) {
            assertThat(admin.ask("name").body()).contains("\"model\":\"c\"");
        }
        JsonNode end = ended(rest);
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("promoted");
        assertThat(end.at("/canary/answers").asInt()).isEqualTo(5);
        assertThat(end.at("/canary/first_token_ms").asInt()).isPositive();
        assertThat(rest.get("/admin/v1/aliases/name").get("model").asString()).isEqualTo("c");
        assertThat(rest.get("/admin/v1/audit?kind=admin.alias.canary.end").toString())
                .contains("\"promoted\"", "\"system\"");
    }

    private static void theOthersAnswerRequestsThatACanaryRefuses(Rest rest, ScriptedBackend narrow) throws Exception {
        narrow.on(
                "small",
                connection -> connection.whole(
                        400, "", "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"too long\"}}"));
        rest.post(
                "/admin/v1/backends",
                Map.of("name", "narrow", "base_url", narrow.url(), "models", List.of(Map.of("id", "small"))));
        rest.put(CANARY, Map.of("model", "small", "backend", "narrow", "percent", 100));
        HttpResponse<String> tooLongForBoth = chat(rest, "Hi ".repeat(KV_TOKENS));
        assertThat(tooLongForBoth.statusCode()).as(tooLongForBoth.body()).isEqualTo(400);
        assertThat(chat(rest, "Hi").body()).contains("\"model\":\"c\"");
        assertThat(narrow.requests()).hasSize(2);
        JsonNode counted = Patience.await()
                .until(
                        () -> rest.get(CANARY),
                        canary -> canary.at("/stable/answers").asInt() > 0
                                && canary.at("/canary/answers").asInt() > 0);
        assertThat(counted.at("/canary/answers").asInt()).as(counted.toString()).isEqualTo(1);
        assertThat(counted.at("/canary/errors").asInt()).as(counted.toString()).isEqualTo(1);
        assertThat(counted.at("/stable/answers").asInt()).as(counted.toString()).isEqualTo(1);
        assertThat(counted.at("/stable/errors").asInt()).as(counted.toString()).isZero();
    }

    private static void aRequestThatAFilterBlocksStaysBlocked(Rest rest, Admin admin, ScriptedBackend narrow)
            throws Exception {
        String chain = "/admin/v1/tenants/default/guardrails";
        Map<String, Object> filter =
                Map.of("name", "pii", "kind", "personal_data", "handling", Map.of("email", "block"));
        int blocked = admin.trail("completion.blocked").size();
        int asked = admin.trail("completion.intent").size();
        int sent = narrow.requests().size();
        rest.put(chain, Map.of("filters", List.of(filter)));
        HttpResponse<String> refused = chat(rest, "Write to ann@example.com");
        rest.put(chain, Map.of("filters", List.of()));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(refused.body()).contains("content_policy_violation");
        assertThat(admin.trail("completion.blocked")).hasSize(blocked + 1);
        assertThat(admin.trail("completion.intent")).hasSize(asked);
        assertThat(narrow.requests()).hasSize(sent);
        assertThat(rest.post(CANARY + "/rollback", "{}").at("/canary/errors").asInt())
                .isEqualTo(1);
    }

    private static void aCanaryThatRefusesWhatTheOthersAcceptIsRolledBack(Rest rest) throws Exception {
        rest.put(CANARY, Map.of("model", "small", "backend", "narrow", "percent", 100, "max_error_rate", 0));
        HttpResponse<String> answer =
                rest.send("POST", "/v1/completions", Map.of("model", "name", "max_tokens", 1, "prompt", "Hi"));
        assertThat(answer.body()).as("a backend answers chats only").contains("\"model\":\"c\"");
        JsonNode end = ended(rest);
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("rolled_back");
        assertThat(end.at("/canary/errors").asInt()).isEqualTo(1);
        assertThat(rest.get("/admin/v1/aliases/name").get("model").asString()).isEqualTo("c");
    }

    private static HttpResponse<String> chat(Rest rest, String content) throws Exception {
        var messages = List.of(Map.of("role", "user", "content", content));
        return rest.send(
                "POST", "/v1/chat/completions", Map.of("model", "name", "max_tokens", 1, "messages", messages));
    }

    private static void aBadCanaryIsRolledBackAndNobodySeesIt(
            Rest rest, ScriptedBackend broken, String model, int status) throws Exception {
        broken.on(model, connection -> connection.whole(status, "", "{}"));
        rest.post(
                "/admin/v1/backends",
                Map.of("name", model, "base_url", broken.url(), "models", List.of(Map.of("id", model))));
        rest.put(
                CANARY,
                Map.of(
                        "model", model,
                        "backend", model,
                        "percent", 100,
                        "min_requests", 100,
                        "max_error_rate", 0));
        assertThat(chat(rest, "Hi").body()).contains("\"model\":\"c\"");
        JsonNode end = ended(rest);
        assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("rolled_back");
        assertThat(end.at("/canary/errors").asInt()).isEqualTo(1);
        assertThat(rest.get("/admin/v1/aliases/name").get("model").asString()).isEqualTo("c");
    }

    private static void operatorsMayDecide(Rest rest, Admin admin) throws Exception {
        admin.move("b", "unload"); // an operator's load takes only what is free
        Map<String, Object> a = Map.of("model", "a", "percent", 1);
        assertThat(rest.send("POST", CANARY + "/promote", "{}").statusCode()).isEqualTo(409);
        rest.put(CANARY, a);
        assertThat(rest.send("PUT", CANARY, a).statusCode()).isEqualTo(409);
        assertThat(rest.post(CANARY + "/rollback", "{}").get("state").asString())
                .isEqualTo("rolled_back");
        assertThat(rest.get("/admin/v1/aliases/name").get("model").asString()).isEqualTo("c");
        rest.put(CANARY, a);
        assertThat(rest.post(CANARY + "/promote", "{}").get("state").asString()).isEqualTo("promoted");
        assertThat(rest.get("/admin/v1/aliases/name").get("model").asString()).isEqualTo("a");
        assertThat(rest.send("PUT", CANARY, Map.of("model", "c", "percent", 0)).statusCode())
                .isEqualTo(400);
        assertThat(rest.send("GET", "/admin/v1/aliases/none/canary", "").statusCode())
                .isEqualTo(404);
    }

    private static void aCanaryThatWasUnloadedComesBack(RunningService service, Admin admin) throws Exception {
        service.rest().put(CANARY, Map.of("model", "c", "percent", 100, "min_requests", 1000));
        Patience.await().until(() -> {
            service.bean(ModelLoader.class)
                    .inTurn(() -> service.bean(OnDemandModels.class).sweep(Duration.ZERO));
            return admin.state("c").equals("stored");
        });
        assertThat(admin.ask("name").body()).contains("\"model\":\"a\"");
        Patience.await().until(() -> admin.ask("name").body().contains("\"model\":\"c\""));
        JsonNode canary = service.rest().post(CANARY + "/rollback", "{}");
        assertThat(canary.at("/canary/errors").asInt()).as(canary.toString()).isZero();
    }

    private static JsonNode ended(Rest rest) throws Exception {
        return Patience.await()
                .until(
                        () -> rest.get(CANARY),
                        canary -> !canary.get("state").asString().equals("running"));
    }
}
