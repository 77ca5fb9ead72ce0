package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.Streamed;
import io.baseload.testing.TestModels;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Names that point to several local models. */
final class LocalTargetsIT {
    private static final String BUNDLED = "smollm2-135m-instruct";
    private static final String PAIR = "/admin/v1/aliases/pair";
    private static final int MANY = 40;
    private static final int MOVES = 12;
    private static final int KV_TOKENS = 4096;

    @TempDir
    Path home;

    @Test
    void theyShareRequestsAndStandInForEachOther() throws Exception {
        try (var service = service("baseload.model.max-sequences=1", "baseload.model.max-queued=1")) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            admin.importModel(home, TestModels.tiny(), "one");
            admin.importModel(home, TestModels.tiny(), "two");

            point(rest, Map.of("model", BUNDLED), Map.of("model", "one"));
            assertThat(answering(rest, List.of(1))).isEqualTo(BUNDLED);
            String endless = "{\"model\":\"" + BUNDLED + "\",\"prompt\":\"One\",\"max_tokens\":7000,\"stream\":true,"
                    + "\"logit_bias\":{\"0\":-100,\"2\":-100}}";
            try (Streamed running = Streamed.ask(rest, RunningService.KEY, endless);
                    Streamed waiting = Streamed.ask(rest, RunningService.KEY, endless)) {
                assertThat(running.next()).isNotEmpty();
                assertThat(waiting.status()).isEqualTo(200);
                assertThat(answering(rest, List.of(1))).as("the first is full").isEqualTo("one");
            }

            point(rest, Map.of("model", "one", "order", 0), Map.of("model", "two", "order", 0, "weight", 3));
            Set<String> answered = new HashSet<>();
            for (int i = 0; i < MANY; i++) {
                answered.add(answering(rest, List.of(1)));
            }
            assertThat(answered).containsExactlyInAnyOrder("one", "two");

            point(rest, Map.of("model", "one", "max_prompt_tokens", 3), Map.of("model", "two", "min_prompt_tokens", 4));
            assertThat(answering(rest, List.of(1, 2, 3))).isEqualTo("one");
            assertThat(answering(rest, List.of(1, 2, 3, 4))).isEqualTo("two");
            Rest narrow = rest.as(keyFor(rest, "two"));
            assertThat(answering(narrow, List.of(1, 2, 3, 4)))
                    .as("a key that may use the second model alone")
                    .isEqualTo("two");

            admin.move("one", "unload");
            point(rest, Map.of("model", "two"), Map.of("model", "one"));
            assertThat(admin.state("one")).isEqualTo("loaded");
        }
    }

    @Test
    void theyComeAndGoWithTheirNames() throws Exception {
        try (var service = service()) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            for (String name : List.of("one", "two", "three")) {
                admin.importModel(home, TestModels.tiny(), name);
            }
            JsonNode alias = point(rest, Map.of("model", "one"), Map.of("model", "two"));
            assertThat(alias.at("/targets/1/model").asString()).isEqualTo("two");
            for (String name : List.of("one", "two")) {
                assertThat(admin.state(name)).isEqualTo("loaded");
                assertThat(rest.get("/admin/v1/models/" + name).at("/aliases/0").asString())
                        .isEqualTo("pair");
            }
            point(rest, Map.of("model", "two"), Map.of("model", "three"));
            Patience.await().until(() -> admin.state("one").equals("stored"));
            assertThat(admin.state("two")).isEqualTo("loaded");
            admin.move("two", "unload");
            assertThat(rest.send("DELETE", "/admin/v1/models/two", "").statusCode())
                    .as("a name points to it")
                    .isEqualTo(409);
            assertThat(answering(rest, List.of(1))).as("the first is unloaded").isEqualTo("three");
            admin.move("two", "load");
        }
        try (var service = service()) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            assertThat(admin.state("two")).isEqualTo("loaded");
            assertThat(admin.state("three")).isEqualTo("loaded");
            swapUnderLoad(rest);
            rest.send("DELETE", PAIR, "");
            Patience.await().until(() -> admin.state("three").equals("stored"));
            assertThat(admin.state("two")).as("an operator has loaded it").isEqualTo("loaded");
        }
    }

    /** No request finds that one of its models is gone. */
    private static void swapUnderLoad(Rest rest) throws Exception {
        var going = new AtomicBoolean(true);
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                counts.add(clients.submit(() -> {
                    int count = 0;
                    for (; going.get(); count++) {
                        answering(rest, List.of(1));
                    }
                    return count;
                }));
            }
            for (int i = 0; i < MOVES; i++) {
                point(rest, Map.of("model", i % 2 == 0 ? "one" : "two"), Map.of("model", "three"));
            }
            going.set(false);
            for (Future<Integer> count : counts) {
                assertThat(count.get()).isPositive();
            }
        }
    }

    @Test
    void ifNotAllFitNoneStays() throws Exception {
        try (var service = service(
                "baseload.memory.limit=" + memoryForTwo() + "B",
                "baseload.memory.reserve=0B",
                "baseload.model.kv-tokens=" + KV_TOKENS)) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            for (String name : List.of("one", "two", "three")) {
                admin.importModel(home, TestModels.tiny(), name);
            }
            var all = List.of(Map.of("model", "one"), Map.of("model", "two"), Map.of("model", "three"));
            HttpResponse<String> refused = rest.send("PUT", PAIR, Map.of("targets", all));
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
            assertThat(rest.send("GET", PAIR, "").statusCode()).isEqualTo(404);
            for (String name : List.of("one", "two", "three")) {
                Patience.await().until(() -> !List.of("loaded", "loading").contains(admin.state(name)));
            }
            point(rest, Map.of("model", "one"), Map.of("model", "three"));
            assertThat(admin.state("three")).isEqualTo("loaded");
        }
    }

    private static long memoryForTwo() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            long one = engine.estimate(
                            TestModels.tiny(), LoadOptions.named("one").withKvTokens(KV_TOKENS))
                    .total();
            return Runtime.getRuntime().maxMemory() + 5 * one / 2;
        }
    }

    private RunningService service(String... properties) throws Exception {
        List<String> all = new ArrayList<>(List.of(properties));
        all.addAll(
                List.of("baseload.engine.threads=1", "baseload.engine.pinned=false", "baseload.model.warm-up=false"));
        return RunningService.at(home, all.toArray(String[]::new));
    }

    private static String keyFor(Rest rest, String model) throws Exception {
        var key = Map.of("roles", List.of("user"), "models", List.of(model));
        return rest.post("/admin/v1/tenants/default/keys", key).get("key").asString();
    }

    private static JsonNode point(Rest rest, Map<?, ?>... targets) throws Exception {
        return rest.put(PAIR, Map.of("targets", List.of(targets)));
    }

    private static String answering(Rest rest, List<Integer> prompt) throws Exception {
        HttpResponse<String> answer =
                rest.send("POST", "/v1/completions", Map.of("model", "pair", "prompt", prompt, "max_tokens", 1));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Rest.json(answer).get("model").asString();
    }
}
