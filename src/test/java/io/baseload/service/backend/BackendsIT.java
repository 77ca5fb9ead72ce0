package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.Streamed;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One Baseload behind another, and a badly behaved server beside it: the whole of both, by HTTP. */
final class BackendsIT {
    private static final String LOCAL = "smollm2-135m-instruct";
    private static final int ENDLESS = 7000;
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path homes;

    private static RunningService engine;
    private static RunningService gateway;
    private static ScriptedBackend scripted;
    private static Rest rest;

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
                "baseload.model.max-sequences=1",
                "baseload.model.max-queued=1",
                "baseload.backends.allowed-hosts=localhost,127.0.0.1");
        rest = gateway.rest();
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
                        List.of(
                                Map.of("id", "cut"),
                                Map.of("id", "uncounted"),
                                Map.of("id", "broken"),
                                Map.of("id", "busy"),
                                Map.of("id", "org/fine"))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        engine.close();
        scripted.close();
    }

    @Test
    void aPlainAnswerIsTheSameAndCostsTheSameInBothBooks() throws Exception {
        long atGateway = used(rest);
        long atEngine = used(engine.rest());
        JsonNode direct = engine.rest().post("/v1/chat/completions", chat(LOCAL, 12, false));
        long cost = used(engine.rest()) - atEngine;
        JsonNode answer = rest.post("/v1/chat/completions", chat("remote", 12, false));
        assertThat(answer.at("/choices/0/message/content")).isEqualTo(direct.at("/choices/0/message/content"));
        assertThat(answer.get("model").asString()).isEqualTo("remote");
        assertThat(answer.at("/usage/prompt_tokens")).isEqualTo(direct.at("/usage/prompt_tokens"));
        assertThat(answer.at("/usage/completion_tokens")).isEqualTo(direct.at("/usage/completion_tokens"));
        assertThat(used(rest) - atGateway).isEqualTo(cost);
        assertThat(used(engine.rest()) - atEngine).isEqualTo(2 * cost);
        JsonNode intent = last("completion.intent");
        assertThat(intent.at("/detail/fingerprint").asString()).isEqualTo("backend:engine/" + LOCAL);
        assertThat(intent.at("/detail/prompt_tokens").asInt())
                .isGreaterThan(answer.at("/usage/prompt_tokens").asInt());
        assertThat(last("completion.outcome").at("/detail").has("counted")).isFalse();
    }

    @Test
    void anAnswerOfABackendIsKeptLikeAnyOther() throws Exception {
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", true));
        JsonNode answer = rest.post("/v1/chat/completions", chat("remote", 5, false));
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", false));
        var kept = gateway.bean(Contents.class)
                .read(new Actor("default", "bl_reader"), "default", ContentSelection.ALL, 0, 10, bytes -> {})
                .contents();
        assertThat(kept).hasSize(2);
        JsonNode text = new JsonMapper().readTree(kept.getLast().text());
        assertThat(text.at("/answers/0/content")).isEqualTo(answer.at("/choices/0/message/content"));
    }

    @Test
    void aStreamComesAsItIsComputed() throws Exception {
        String whole = rest.post("/v1/chat/completions", chat("remote", 12, false))
                .at("/choices/0/message/content")
                .asString();
        try (Streamed stream = stream("remote", 12)) {
            assertThat(stream.status()).isEqualTo(200);
            var text = new StringBuilder();
            List<String> events = stream.rest();
            for (String data : events.subList(0, events.size() - 1)) {
                text.append(JSON.readTree(data).at("/choices/0/delta/content").asString(""));
            }
            assertThat(text.toString()).isEqualTo(whole);
            assertThat(events.getLast()).isEqualTo("[DONE]");
            JsonNode usage = JSON.readTree(events.get(events.size() - 2)).get("usage");
            assertThat(usage.get("completion_tokens").asInt()).isPositive();
        }
    }

    @Test
    void toolsAndFormatsArePassedThrough() throws Exception {
        Map<String, Object> tool = Map.of(
                "type",
                "function",
                "function",
                Map.of(
                        "name",
                        "set_light",
                        "parameters",
                        Map.of(
                                "type",
                                "object",
                                "properties",
                                Map.of("on", Map.of("type", "boolean")),
                                "required",
                                List.of("on"),
                                "additionalProperties",
                                false)));
        var body = new java.util.HashMap<>(chat("remote", 60, false));
        body.put("tools", List.of(tool));
        body.put("tool_choice", "required");
        body.put("parallel_tool_calls", false);
        JsonNode called = rest.post("/v1/chat/completions", body);
        assertThat(called.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        JsonNode call = called.at("/choices/0/message/tool_calls/0/function");
        assertThat(call.get("name").asString()).isEqualTo("set_light");
        assertThat(JSON.readTree(call.get("arguments").asString()).get("on").isBoolean())
                .isTrue();

        var formatted = new java.util.HashMap<>(chat("remote", 60, false));
        formatted.put("structured_outputs", Map.of("choice", List.of("yes", "no")));
        assertThat(rest.post("/v1/chat/completions", formatted)
                        .at("/choices/0/message/content")
                        .asString())
                .isIn("yes", "no");

        HttpResponse<String> long_ = rest.send("POST", "/v1/chat/completions", chat("remote", 1_000_000, false));
        assertThat(long_.statusCode()).as(long_.body()).isEqualTo(400);
        assertThat(Rest.json(long_).at("/error/code").asString()).isEqualTo("context_length_exceeded");
    }

    @Test
    void aClientThatLeavesEndsTheWorkOnBothSides() throws Exception {
        long before = cancelled(engine.rest());
        long here = cancelled(rest);
        try (Streamed stream = endless("remote")) {
            stream.next();
            stream.next();
        }
        Patience.await().until(() -> cancelled(rest) == here + 1);
        Patience.await().until(() -> cancelled(engine.rest()) == before + 1);
        assertThat(last("completion.outcome").at("/detail/completion_tokens").asInt())
                .isLessThan(ENDLESS);
    }

    @Test
    void faultsAreReportedAndCounted() throws Exception {
        scripted.on("cut", connection -> {
            connection.stream();
            connection.text("one");
            connection.text("two");
        });
        try (Streamed stream = stream("cut", 50)) {
            List<String> events = stream.rest();
            assertThat(events).doesNotContain("[DONE]");
            assertThat(JSON.readTree(events.getLast()).at("/error/code").asString())
                    .isEqualTo("backend_failed");
        }
        JsonNode outcome = last("completion.outcome").get("detail");
        assertThat(outcome.get("state").asString()).isEqualTo("failed");
        assertThat(outcome.get("completion_tokens").asInt()).isEqualTo(2);
        assertThat(outcome.get("counted").asString()).isEqualTo("by chunks");
        assertThat(rest.send("POST", "/v1/chat/completions", chat("cut", 50, false))
                        .statusCode())
                .isEqualTo(502);

        scripted.on("uncounted", connection -> {
            connection.stream();
            connection.text("one");
            connection.finish("stop");
            connection.done();
        });
        assertThat(rest.post("/v1/chat/completions", chat("uncounted", 50, false))
                        .at("/usage/completion_tokens")
                        .asInt())
                .isEqualTo(1);
        assertThat(last("completion.outcome").at("/detail/counted").asString()).isEqualTo("by chunks");

        scripted.on("broken", connection -> connection.whole(500, "", "{}"));
        HttpResponse<String> broken = rest.send("POST", "/v1/chat/completions", chat("broken", 50, true));
        assertThat(broken.statusCode()).isEqualTo(502);
        assertThat(Rest.json(broken).at("/error/code").asString()).isEqualTo("backend_failed");
        assertThat(last("completion.outcome").at("/detail/state").asString()).isEqualTo("refused");

        scripted.on("busy", connection -> connection.whole(429, "Retry-After: 3\r\n", "{}"));
        HttpResponse<String> busy = rest.send("POST", "/v1/chat/completions", chat("busy", 50, false));
        assertThat(busy.statusCode()).isEqualTo(503);
        assertThat(busy.headers().firstValue("Retry-After")).contains("3");
    }

    @Test
    void listsItsModelsAndTheirNamesWork() throws Exception {
        scripted.says("org/fine", 3, "Fine");
        assertThat(StreamSupport.stream(rest.get("/v1/models").get("data").spliterator(), false)
                        .map(model -> model.get("id").asString()))
                .contains("remote", "org/fine", "default", LOCAL);
        assertThat(rest.get("/v1/models/org/fine").get("id").asString()).isEqualTo("org/fine");
        assertThat(rest.post("/v1/chat/completions", chat("org/fine", 5, false))
                        .at("/choices/0/message/content")
                        .asString())
                .isEqualTo("Fine");
    }

    @Test
    void anAliasUsesTheNextTargetIfTheFirstIsFullOrGone() throws Exception {
        JsonNode alias = rest.put(
                "/admin/v1/aliases/spill",
                Map.of(
                        "targets",
                        List.of(
                                Map.of("model", LOCAL),
                                Map.of("model", "remote", "backend", "engine", "weight", 2, "order", 1))));
        assertThat(alias.get("model").asString()).isEqualTo(LOCAL);
        assertThat(alias.at("/targets/1/backend").asString()).isEqualTo("engine");
        assertThat(rest.get("/admin/v1/aliases/spill")).isEqualTo(alias);

        List<String> models = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ExecutorCompletionService<HttpResponse<String>>(clients);
            try (Streamed running = endless(LOCAL)) { // one may wait behind it, the others have no place here
                running.next();
                for (int i = 0; i < 8; i++) {
                    answers.submit(() -> rest.send("POST", "/v1/chat/completions", chat("spill", 40, false)));
                }
                models.add(model(answers.take().get()));
            }
            for (int i = 1; i < 8; i++) {
                models.add(model(answers.take().get()));
            }
        }
        assertThat(models).contains(LOCAL, "remote");

        scripted.on("broken", connection -> connection.whole(500, "", "{}"));
        rest.put(
                "/admin/v1/aliases/over",
                Map.of("targets", List.of(Map.of("model", "broken"), Map.of("model", "remote"))));
        for (int i = 0; i < 3; i++) {
            assertThat(rest.post("/v1/chat/completions", chat("over", 5, false))
                            .get("model")
                            .asString())
                    .isEqualTo("remote");
        }
        assertThat(rest.send("DELETE", "/admin/v1/backends/scripted", "").statusCode())
                .isEqualTo(409);
        assertThat(rest.send("PATCH", "/admin/v1/backends/scripted", Map.of("models", List.of()))
                        .statusCode())
                .isEqualTo(409);
        assertThat(rest.send("DELETE", "/admin/v1/aliases/over", "").statusCode())
                .isEqualTo(204);
    }

    @Test
    void theSizeOfThePromptChoosesTheTarget() throws Exception {
        int tokens = rest.post("/v1/chat/completions", chat(LOCAL, 1, false))
                .at("/usage/prompt_tokens")
                .asInt();
        assertThat(answering(sized(LOCAL, "engine", tokens))).isEqualTo(LOCAL);
        assertThat(answering(sized(LOCAL, "engine", tokens - 1))).isEqualTo("remote");
        assertThat(sized(LOCAL, "engine", tokens)
                        .at("/targets/0/min_prompt_tokens")
                        .asInt())
                .isEqualTo(tokens + 1);

        scripted.says("org/fine", 5, "fine");
        assertThat(answering(sized("org/fine", "engine", 1_000)))
                .as("a token for four bytes")
                .isEqualTo("org/fine");
        assertThat(answering(sized("org/fine", "engine", 5))).isEqualTo("remote");

        assertThat(refused("max_prompt_tokens", tokens - 1)).isEqualTo("context_length_exceeded");
        assertThat(refused("min_prompt_tokens", tokens + 1)).isEqualTo("invalid_value");
        HttpResponse<String> reversed = rest.send(
                "PUT",
                "/admin/v1/aliases/sized",
                Map.of("targets", List.of(Map.of("model", LOCAL, "min_prompt_tokens", 10, "max_prompt_tokens", 9))));
        assertThat(Rest.json(reversed).at("/error/param").asString()).isEqualTo("targets[0].max_prompt_tokens");
    }

    /** The error's code where the name's only target takes other sizes. */
    private static String refused(String limit, int tokens) throws Exception {
        rest.put("/admin/v1/aliases/sized", Map.of("targets", List.of(Map.of("model", LOCAL, limit, tokens))));
        HttpResponse<String> refused = rest.send("POST", "/v1/chat/completions", chat("sized", 1, false));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("messages");
        return Rest.json(refused).at("/error/code").asString();
    }

    private static JsonNode sized(String small, String backend, int tokens) throws Exception {
        return rest.put(
                "/admin/v1/aliases/sized",
                Map.of(
                        "targets",
                        List.of(
                                Map.of("model", "remote", "backend", backend, "min_prompt_tokens", tokens + 1),
                                Map.of("model", small, "max_prompt_tokens", tokens))));
    }

    private static String answering(JsonNode alias) throws Exception {
        return rest.post("/v1/chat/completions", chat(alias.get("name").asString(), 2, false))
                .get("model")
                .asString();
    }

    @Test
    void aBackendIsMadeShownChangedAndForgottenWithoutItsKey() throws Exception {
        Map<String, Object> made = Map.of(
                "name",
                "made",
                "base_url",
                scripted.url(),
                "api_key",
                "sk-very-secret",
                "models",
                List.of(Map.of("id", "m")));
        HttpResponse<String> created = rest.send("POST", "/admin/v1/backends", made);
        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.body()).doesNotContain("sk-very-secret");
        assertThat(Rest.json(created).at("/health/state").asString()).isEqualTo("up");
        assertThat(rest.send("POST", "/admin/v1/backends", made).statusCode()).isEqualTo(409);
        assertThat(rest.get("/admin/v1/backends").toString()).doesNotContain("sk-very-secret");
        var jdbc = gateway.bean(JdbcClient.class);
        assertThat(storedKey(jdbc)).startsWith("sealed:").doesNotContain("sk-very-secret");
        HttpResponse<String> changed =
                rest.send("PATCH", "/admin/v1/backends/made", Map.of("timeout_ms", 1234, "api_key", ""));
        assertThat(Rest.json(changed).get("timeout_ms").asInt()).isEqualTo(1234);
        assertThat(Rest.json(changed).get("api_key_source").asString()).isEqualTo("none");
        assertThat(Rest.json(changed).at("/models/0/upstream").asString()).isEqualTo("m");
        assertThat(metrics()).contains("backend=\"made\"");
        assertThat(rest.send("DELETE", "/admin/v1/backends/made", "").statusCode())
                .isEqualTo(204);
        assertThat(metrics()).doesNotContain("backend=\"made\"");
        assertThat(rest.send("GET", "/admin/v1/backends/made", "").statusCode()).isEqualTo(404);
        String trail = rest.get("/admin/v1/audit?limit=1000").toString();
        assertThat(trail).contains("admin.backend.create", "admin.backend.change", "admin.backend.delete");
        assertThat(trail).doesNotContain("sk-very-secret");

        HttpResponse<String> refused = rest.send(
                "POST", "/admin/v1/backends", Map.of("name", "bad", "base_url", "http://169.254.169.254/latest"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("base_url");
    }

    @Test
    void aVariableThatMayNotBeNamedAnyMoreIsKeptForItsServerOnly() throws Exception {
        String one = "/admin/v1/backends/former";
        rest.post("/admin/v1/backends", Map.of("name", "former", "base_url", scripted.url(), "models", List.of()));
        gateway.bean(JdbcClient.class)
                .sql("UPDATE backend SET api_key_env = 'AWS_BEARER_TOKEN_BEDROCK' WHERE name = 'former'")
                .update();
        assertThat(rest.send("PATCH", one, Map.of("timeout_ms", 1234)).statusCode())
                .isEqualTo(200);
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("base_url", "http://127.0.0.1:9/v1"), Map.of("api_key_env", "AWS_SECRET_ACCESS_KEY"))) {
            HttpResponse<String> refused = rest.send("PATCH", one, wrong);
            assertThat(refused.statusCode()).as(wrong.toString()).isEqualTo(400);
            assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("api_key_env");
        }
        assertThat(rest.send("DELETE", one, "").statusCode()).isEqualTo(204);
    }

    private static String metrics() throws Exception {
        return rest.send("GET", "/actuator/prometheus", "").body();
    }

    private static String storedKey(JdbcClient jdbc) {
        return jdbc.sql("SELECT api_key FROM backend WHERE name = 'made'")
                .query(String.class)
                .single();
    }

    private static Map<String, Object> chat(String model, int maxTokens, boolean stream) {
        return Map.of(
                "model",
                model,
                "messages",
                List.of(Map.of("role", "user", "content", "Tell me of the sea, at length.")),
                "temperature",
                0,
                "max_tokens",
                maxTokens,
                "stream",
                stream);
    }

    private static Streamed stream(String model, int maxTokens) throws Exception {
        var body = new java.util.HashMap<>(chat(model, maxTokens, true));
        body.put("stream_options", Map.of("include_usage", true));
        return Streamed.ask(rest, RunningService.KEY, "/v1/chat/completions", JSON.writeValueAsString(body));
    }

    private static String model(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Rest.json(answer).get("model").asString();
    }

    /** A streamed answer without an end but the client's. */
    private static Streamed endless(String model) throws Exception {
        var body = new java.util.HashMap<>(chat(model, ENDLESS, true));
        body.put("logit_bias", Map.of("2", -100));
        return Streamed.ask(rest, RunningService.KEY, "/v1/chat/completions", JSON.writeValueAsString(body));
    }

    private static long used(Rest of) throws Exception {
        JsonNode usage = of.get("/admin/v1/tenants/default/usage");
        return usage.get("prompt_tokens").asLong()
                + usage.get("completion_tokens").asLong();
    }

    private static long cancelled(Rest of) throws Exception {
        return entries(of, "completion.outcome").stream()
                .filter(entry -> entry.at("/detail/state").asString().equals("cancelled"))
                .count();
    }

    private static JsonNode last(String kind) throws Exception {
        return entries(rest, kind).getLast();
    }

    private static List<JsonNode> entries(Rest of, String kind) throws Exception {
        return StreamSupport.stream(
                        of.get("/admin/v1/audit?limit=1000&kind=" + kind)
                                .get("data")
                                .spliterator(),
                        false)
                .toList();
    }
}
