package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.Streamed;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /v1/completions} for a model of another Baseload, and a badly behaved server beside it: the whole of both, by HTTP. */
final class RemoteCompletionsIT {
    private static final String ROUTE = "/v1/completions";
    private static final String LOCAL = "smollm2-135m-instruct";
    private static final int ENDLESS = 7000;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path homes;

    private static RunningService engine;
    private static RunningService gateway;
    private static ScriptedBackend scripted;
    private static Rest rest;
    private static Admin admin;

    @BeforeAll
    static void start() throws Exception {
        scripted = new ScriptedBackend();
        engine = RunningService.at(
                homes.resolve("engine"),
                "baseload.engine.threads=1",
                "baseload.engine.pinned=false",
                "baseload.model.warm-up=false");
        gateway = RunningService.at(
                homes.resolve("gateway"),
                "baseload.engine.threads=1",
                "baseload.engine.pinned=false",
                "baseload.model.warm-up=false",
                "baseload.backends.allowed-hosts=localhost,127.0.0.1");
        rest = gateway.rest();
        admin = new Admin(rest);
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "engine",
                        "base_url",
                        engine.rest().url() + "/v1",
                        "api_key",
                        RunningService.KEY,
                        "models",
                        List.of(Map.of("id", "remote", "upstream", LOCAL))));
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "scripted",
                        "base_url",
                        scripted.url(),
                        "models",
                        List.of(Map.of("id", "broken"), Map.of("id", "chats"), Map.of("id", "uncounted"))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        engine.close();
        scripted.close();
    }

    static Stream<Map<String, Object>> requests() {
        return Stream.of(
                Map.of("prompt", "Once upon a time", "max_tokens", 12),
                Map.of("prompt", "Once upon a time"),
                Map.of("prompt", "Once upon a time", "max_tokens", 40, "stop", List.of(",", "and")),
                Map.of("prompt", "The capital", "max_tokens", 4, "echo", true),
                Map.of("prompt", "The capital", "max_tokens", 4, "logprobs", 3),
                Map.of("prompt", "The capital", "max_tokens", 3, "logprobs", 0, "echo", true),
                Map.of("prompt", "The capital of France is Paris.", "max_tokens", 0, "logprobs", 1, "echo", true),
                Map.of("prompt", List.of("One, two,", "A, B,"), "max_tokens", 5, "n", 2),
                Map.of("prompt", List.of(100, 200, 300), "max_tokens", 5, "echo", true),
                Map.of("prompt", List.of(List.of(100, 200), List.of(300)), "max_tokens", 5),
                Map.of("prompt", "<|im_start|>user", "max_tokens", 3, "parse_special", false),
                Map.of(
                        "prompt",
                        "The answer is",
                        "max_tokens",
                        9,
                        "structured_outputs",
                        Map.of("choice", List.of("yes", "no"))));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void anAnswerIsTheSameAndCostsTheSameInBothBooks(Map<String, Object> request) throws Exception {
        long atGateway = used(rest);
        long atEngine = used(engine.rest());
        JsonNode direct = engine.rest().post(ROUTE, greedy(LOCAL, request));
        long cost = used(engine.rest()) - atEngine;
        JsonNode answer = rest.post(ROUTE, greedy("remote", request));
        assertThat(answer.get("choices")).isEqualTo(direct.get("choices"));
        assertThat(answer.get("model").asString()).isEqualTo("remote");
        assertThat(answer.get("object").asString()).isEqualTo("text_completion");
        for (String count : List.of("prompt_tokens", "completion_tokens", "total_tokens")) {
            assertThat(answer.get("usage").get(count))
                    .isEqualTo(direct.get("usage").get(count));
        }
        assertThat(used(rest) - atGateway).isEqualTo(cost);
        JsonNode intent = last("completion.intent");
        assertThat(intent.get("fingerprint").asString()).isEqualTo("backend:engine/" + LOCAL);
        assertThat(intent.get("prompt_tokens").asInt())
                .isGreaterThan(answer.at("/usage/prompt_tokens").asInt());
        assertThat(last("completion.outcome").get("state").asString()).isEqualTo("done");
        assertThat(last("completion.outcome").has("counted")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aStreamHasTheSameText(Map<String, Object> request) throws Exception {
        JsonNode whole = rest.post(ROUTE, greedy("remote", request));
        var body = greedy("remote", request);
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        Map<Integer, String> texts = new HashMap<>();
        Map<Integer, String> reasons = new HashMap<>();
        try (Streamed stream = Streamed.ask(rest, RunningService.KEY, ROUTE, JSON.writeValueAsString(body))) {
            List<String> events = stream.rest();
            assertThat(events.removeLast()).isEqualTo("[DONE]");
            assertThat(JSON.readTree(events.removeLast()).at("/usage/completion_tokens"))
                    .isEqualTo(whole.at("/usage/completion_tokens"));
            for (String data : events) {
                JsonNode choice = JSON.readTree(data).at("/choices/0");
                texts.merge(choice.get("index").asInt(), choice.get("text").asString(), String::concat);
                if (choice.get("finish_reason").isString()) {
                    reasons.put(
                            choice.get("index").asInt(),
                            choice.get("finish_reason").asString());
                }
            }
        }
        for (JsonNode choice : whole.get("choices")) {
            assertThat(texts.get(choice.get("index").asInt()))
                    .isEqualTo(choice.get("text").asString());
            assertThat(reasons.get(choice.get("index").asInt()))
                    .isEqualTo(choice.get("finish_reason").asString());
        }
    }

    @Test
    void aStreamShowsItsUsageOnlyIfAsked() throws Exception {
        String body = "{\"model\":\"remote\",\"prompt\":\"Once\",\"max_tokens\":3,\"stream\":true}";
        try (Streamed stream = Streamed.ask(rest, RunningService.KEY, ROUTE, body)) {
            assertThat(stream.rest()).noneMatch(data -> data.contains("usage"));
        }
        Patience.await()
                .until(() -> last("completion.outcome").get("completion_tokens").asInt() == 3);
    }

    @Test
    void aClientThatLeavesEndsTheWorkOnBothSides() throws Exception {
        long there = cancelled(new Admin(engine.rest()));
        long here = cancelled(admin);
        var body = greedy("remote", Map.of("prompt", "Once", "max_tokens", ENDLESS, "stream", true));
        body.put("logit_bias", Map.of("0", -100, "2", -100));
        try (Streamed stream = Streamed.ask(rest, RunningService.KEY, ROUTE, JSON.writeValueAsString(body))) {
            stream.next();
            stream.next();
        }
        Patience.await().until(() -> cancelled(admin) == here + 1);
        Patience.await().until(() -> cancelled(new Admin(engine.rest())) == there + 1);
        JsonNode outcome = last("completion.outcome");
        assertThat(outcome.get("completion_tokens").asInt()).isLessThan(ENDLESS);
        assertThat(outcome.get("counted").asString()).isEqualTo("by chunks");
    }

    @Test
    void theNextTargetIsAskedBeforeTheFirstByteAndOnlyThen() throws Exception {
        scripted.on("broken", connection -> connection.whole(500, "", "{}"));
        scripted.on("chats", connection -> connection.whole(404, "", "{}"));
        rest.put(
                "/admin/v1/aliases/over",
                Map.of(
                        "targets",
                        List.of(Map.of("model", "broken"), Map.of("model", "chats"), Map.of("model", "remote"))));
        var body = greedy("over", Map.of("prompt", "Once", "max_tokens", 3));
        assertThat(rest.post(ROUTE, body).get("model").asString()).isEqualTo("remote");
        assertThat(admin.trail("completion.outcome").reversed().stream()
                        .limit(3)
                        .map(entry -> entry.at("/detail/state").asString()))
                .containsExactly("done", "refused", "refused");

        HttpResponse<String> missing = rest.send("POST", ROUTE, greedy("chats", Map.of("prompt", "Once")));
        assertThat(missing.statusCode()).isEqualTo(400);
        assertThat(Rest.json(missing).at("/error/param").asString()).isEqualTo("model");

        scripted.on("broken", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"text\":\"one\",\"finish_reason\":null}]}");
        });
        HttpResponse<String> cut = rest.send("POST", ROUTE, greedy("broken", Map.of("prompt", "Once")));
        assertThat(cut.statusCode()).isEqualTo(502);
        assertThat(last("completion.outcome").get("state").asString()).isEqualTo("failed");
        assertThat(last("completion.outcome").get("completion_tokens").asInt()).isEqualTo(1);
    }

    @Test
    void whereTheUsageIsMissingItIsCountedAndSaidSo() throws Exception {
        scripted.on("uncounted", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"text\":\"one\",\"finish_reason\":null}]}");
            connection.event("{\"choices\":[{\"index\":0,\"text\":\" two\",\"finish_reason\":\"stop\"}]}");
            connection.done();
        });
        JsonNode answer = rest.post(ROUTE, greedy("uncounted", Map.of("prompt", List.of(7, 8, 9))));
        assertThat(answer.at("/choices/0/text").asString()).isEqualTo("one two");
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(2);
        assertThat(last("completion.outcome").get("counted").asString()).isEqualTo("by chunks");
    }

    @Test
    void whatABackendCannotDoIsRefusedOrDoneByALocalModel() throws Exception {
        var best = Map.<String, Object>of("prompt", "Once", "max_tokens", 2, "best_of", 2);
        assertThat(refusal(greedy("remote", best))).isEqualTo("best_of");
        assertThat(refusal(greedy("remote", Map.of("prompt", "Once", "suffix", "end"))))
                .isEqualTo("suffix");
        rest.put(
                "/admin/v1/aliases/best",
                Map.of("targets", List.of(Map.of("model", "remote"), Map.of("model", LOCAL))));
        assertThat(rest.post(ROUTE, greedy("best", best)).get("model").asString())
                .isEqualTo(LOCAL);
        var tooLong = Map.<String, Object>of("prompt", "Once", "max_tokens", 1_000_000);
        HttpResponse<String> refused = rest.send("POST", ROUTE, greedy("remote", tooLong));
        assertThat(Rest.json(refused).at("/error/code").asString()).isEqualTo("context_length_exceeded");
    }

    @Test
    void filtersAndBudgetsComeFirst() throws Exception {
        int before = scripted.requests().size();
        String filters = "/admin/v1/tenants/default/guardrails";
        Map<String, Object> filter =
                Map.of("name", "pii", "kind", "personal_data", "handling", Map.of("credit_card", "block"));
        rest.put(filters, Map.of("filters", List.of(filter)));
        assertThat(refusal(greedy("uncounted", Map.of("prompt", "4111 1111 1111 1111"))))
                .isEqualTo("prompt");
        rest.put(filters, Map.of("filters", List.of()));

        var month = Map.of("period", "month", "tokens", 100);
        rest.post("/admin/v1/tenants", Map.of("id", "poor", "windows", List.of(month)));
        Rest poor = rest.as(admin.key("poor", "user"));
        assertThat(poor.send("POST", ROUTE, greedy("uncounted", Map.of("prompt", "Once", "max_tokens", 99)))
                        .statusCode())
                .isEqualTo(429);
        assertThat(scripted.requests()).hasSize(before);
    }

    private static String refusal(Map<String, Object> body) throws Exception {
        HttpResponse<String> refused = rest.send("POST", ROUTE, body);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        return Rest.json(refused).at("/error/param").asString();
    }

    private static Map<String, Object> greedy(String model, Map<String, Object> request) {
        var body = new HashMap<>(request);
        body.put("model", model);
        body.put("temperature", 0);
        return body;
    }

    private static long used(Rest of) throws Exception {
        JsonNode usage = of.get("/admin/v1/tenants/default/usage");
        return usage.get("prompt_tokens").asLong()
                + usage.get("completion_tokens").asLong();
    }

    private static long cancelled(Admin of) throws Exception {
        return of.trail("completion.outcome").stream()
                .filter(entry -> entry.at("/detail/state").asString().equals("cancelled"))
                .count();
    }

    private static JsonNode last(String kind) throws Exception {
        return admin.trail(kind).getLast().get("detail");
    }
}
