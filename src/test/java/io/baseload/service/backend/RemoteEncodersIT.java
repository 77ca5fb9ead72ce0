package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.baseload.service.audit.Actor;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Encoders of one Baseload behind another without an engine, and a badly behaved server beside it: the whole of both, by HTTP. */
final class RemoteEncodersIT {
    private static final Path MODELS = Path.of("src/test/resources/encoders");
    private static final List<String> TEXTS = List.of("A cat sits on a mat.", "A man plays the guitar.");

    private static final String ENDED = "baseload_request_success_total\\{";
    private static final String REFUSED = "baseload_requests_refused_total\\{";

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
        engine =
                RunningService.at(homes.resolve("engine"), "baseload.engine.threads=1", "baseload.engine.pinned=false");
        var local = new Admin(engine.rest());
        for (String name : List.of("bert-mean", "bert-rank")) {
            local.importFolder(homes.resolve("engine"), MODELS.resolve(name));
            local.move(name, "load");
        }
        gateway = RunningService.at(
                homes.resolve("gateway"),
                "baseload.engine.enabled=false",
                "baseload.backends.allowed-hosts=localhost,127.0.0.1");
        rest = gateway.rest();
        admin = new Admin(rest);
        backend(
                "engine",
                engine.rest().url() + "/v1",
                RunningService.KEY,
                Map.of("id", "far", "upstream", "bert-mean"),
                Map.of("id", "far-rank", "upstream", "bert-rank"));
        backend(
                "scripted",
                scripted.url(),
                "none",
                Map.of("id", "odd"),
                Map.of("id", "broken"),
                Map.of("id", "uncounted"),
                Map.of("id", "long"),
                Map.of("id", "short"),
                Map.of("id", "slow"));
        rest.post("/admin/v1/prices", Map.of("model", "far", "prompt", 1_000_000, "completion", 1));
    }

    private static void backend(String name, String url, String key, Map<?, ?>... models) throws Exception {
        rest.post(
                "/admin/v1/backends", Map.of("name", name, "base_url", url, "api_key", key, "models", List.of(models)));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        engine.close();
        scripted.close();
    }

    @Test
    void vectorsAndCostsAreThoseOfTheBackend() throws Exception {
        JsonNode direct = engine.rest().post("/v1/embeddings", Map.of("model", "bert-mean", "input", TEXTS));
        long before = used(rest);
        JsonNode answer = rest.post("/v1/embeddings", Map.of("model", "far", "input", TEXTS, "user", "ann"));
        assertThat(answer.get("data")).isEqualTo(direct.get("data"));
        assertThat(answer.get("usage")).isEqualTo(direct.get("usage"));
        assertThat(answer.get("model").asString()).isEqualTo("far");
        int tokens = answer.at("/usage/prompt_tokens").asInt();
        assertThat(used(rest) - before).isEqualTo(tokens);
        JsonNode intent = admin.trail("completion.intent").getLast().get("detail");
        assertThat(intent.get("fingerprint").asString()).isEqualTo("backend:engine/bert-mean");
        assertThat(intent.get("user").asString()).isEqualTo("ann");
        assertThat(intent.get("reserved_tokens").asInt()).isGreaterThan(tokens);
        JsonNode outcome = admin.trail("completion.outcome").getLast().get("detail");
        assertThat(outcome.get("state").asString()).isEqualTo("done");
        assertThat(outcome.get("prompt_tokens").asInt()).isEqualTo(tokens);
        assertThat(outcome.has("counted")).isFalse();
        JsonNode billed = rest.get("/admin/v1/tenants/default/usage?group_by=model")
                .get("data")
                .valueStream()
                .filter(row -> row.get("model").asString().equals("far"))
                .findFirst()
                .orElseThrow();
        assertThat(billed.get("cost").asLong())
                .isPositive()
                .isEqualTo(billed.get("prompt_tokens").asLong());
        Patience.await()
                .untilAsserted(() -> assertThat(
                                rest.send("GET", "/actuator/prometheus", "").body())
                        .containsPattern("baseload_backend_requests_total\\{[^}]*backend=\"engine\"[^}]*\"ok\"")
                        .containsPattern("baseload_prompt_tokens_total\\{[^}]*model_name=\"far\"[^}]*} [1-9]"));
    }

    @Test
    void theBackendCutsLongTextsOnRequest() throws Exception {
        String text = "the cat ".repeat(100);
        var refused = rest.send("POST", "/v1/embeddings", Map.of("model", "far", "input", text));
        assertThat(refused.statusCode()).isEqualTo(400);
        JsonNode cut = rest.post("/v1/embeddings", Map.of("model", "far", "input", text, "truncate_prompt_tokens", 4));
        assertThat(cut.at("/usage/prompt_tokens").asInt()).isEqualTo(4);
        assertThat(cut.at("/data/0/embedding"))
                .isEqualTo(rest.post("/v1/embeddings", Map.of("model", "far", "input", "the cat"))
                        .at("/data/0/embedding"));
        JsonNode ranked = rest.post(
                "/v1/rerank",
                Map.of("model", "far-rank", "query", "a", "documents", List.of(text), "max_tokens_per_doc", 3));
        assertThat(ranked.at("/usage/prompt_tokens").asInt())
                .as("with the query and what the tokenizer adds")
                .isEqualTo(3 + 1 + 3);
        JsonNode whole = rest.post(
                "/v1/rerank",
                Map.of("model", "far-rank", "query", "a", "documents", List.of(text), "truncation", true));
        assertThat(whole.at("/usage/prompt_tokens").asInt()).isEqualTo(128);
    }

    @Test
    void theSdkGetsBase64AndTokenIdsAreComputedToo() throws Exception {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(rest.url() + "/v1")
                .apiKey(RunningService.KEY)
                .maxRetries(0)
                .build();
        var answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("far")
                        .inputOfArrayOfStrings(TEXTS)
                        .build());
        JsonNode numbers = rest.post("/v1/embeddings", Map.of("model", "far", "input", TEXTS))
                .at("/data/1/embedding");
        var decoded = answer.data().get(1).embedding();
        assertThat(decoded).hasSameSizeAs(numbers);
        for (int i = 0; i < decoded.size(); i++) {
            assertThat(decoded.get(i)).isEqualTo(numbers.get(i).floatValue());
        }
        client.close();
        var ids = List.of(List.of(5, 6, 7));
        assertThat(rest.post("/v1/embeddings", Map.of("model", "far", "input", ids))
                        .get("data"))
                .isEqualTo(engine.rest()
                        .post("/v1/embeddings", Map.of("model", "bert-mean", "input", ids))
                        .get("data"));
    }

    @Test
    void documentsAreRanked() throws Exception {
        var documents = List.of("x", Map.of("text", "A man plays the guitar."), "a man");
        Map<String, Object> question =
                Map.of("model", "bert-rank", "query", "music", "documents", documents, "return_documents", true);
        JsonNode direct = engine.rest().post("/v1/rerank", question);
        var far = new HashMap<>(question);
        far.put("model", "far-rank");
        JsonNode answer = rest.post("/v1/rerank", far);
        assertThat(answer.get("results")).isEqualTo(direct.get("results"));
        assertThat(answer.get("usage")).isEqualTo(direct.get("usage"));
        far.put("top_n", 1);
        assertThat(rest.post("/v2/rerank", far).get("results")).hasSize(1);
    }

    @Test
    void refusalsOfTheBackendReachTheClient() throws Exception {
        var longText = rest.send("POST", "/v1/embeddings", Map.of("model", "far", "input", "cat ".repeat(200)));
        assertThat(longText.statusCode()).isEqualTo(400);
        assertThat(longText.body()).contains("context_length_exceeded", "input[0]");
        var shorter = rest.send("POST", "/v1/embeddings", Map.of("model", "far", "input", "x", "dimensions", 2));
        assertThat(shorter.statusCode()).isEqualTo(400);
        assertThat(shorter.body()).contains("\"param\":\"dimensions\"");
        assertThat(state("engine")).isEqualTo("up");
    }

    @Test
    void aBackendWithoutTheRouteIsNamedAndStaysUp() throws Exception {
        scripted.on("odd", connection -> connection.whole(404, "", "{\"detail\":\"Not Found\"}"));
        var answer = rest.send("POST", "/v1/rerank", rank("odd"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        JsonNode error = Rest.json(answer).get("error");
        assertThat(error.get("param").asString()).isEqualTo("model");
        assertThat(error.get("code").asString()).isEqualTo("unsupported_value");
        assertThat(error.get("message").asString())
                .isEqualTo("The backend 'scripted' answers POST /rerank with 404: it has no such route, or does not"
                        + " know the model.");
        assertThat(admin.trail("completion.outcome")
                        .getLast()
                        .at("/detail/state")
                        .asString())
                .isEqualTo("refused");

        rest.put(
                "/admin/v1/aliases/rank",
                Map.of("targets", List.of(Map.of("model", "odd"), Map.of("model", "far-rank"))));
        assertThat(rest.post("/v1/rerank", rank("rank")).get("model").asString())
                .as("the next target")
                .isEqualTo("far-rank");
    }

    private static Map<String, Object> rank(String model) {
        return Map.of("model", model, "query", "x", "documents", List.of("y"));
    }

    @Test
    void badAnswersCostNothingAndTheNextTargetIsAsked() throws Exception {
        scripted.on("broken", connection -> connection.json("{\"data\":[{\"index\":0,\"embedding\":[1,null]}]}"));
        rest.put(
                "/admin/v1/aliases/over",
                Map.of("targets", List.of(Map.of("model", "broken"), Map.of("model", "far"))));
        long requests = requests();
        assertThat(rest.post("/v1/embeddings", Map.of("model", "over", "input", "x"))
                        .get("model")
                        .asString())
                .isEqualTo("far");
        List<JsonNode> outcomes = admin.trail("completion.outcome");
        assertThat(outcomes.getLast().at("/detail/state").asString()).isEqualTo("done");
        JsonNode failed = outcomes.get(outcomes.size() - 2).get("detail");
        assertThat(failed.get("model").asString()).isEqualTo("broken");
        assertThat(failed.get("state").asString()).isEqualTo("failed");
        assertThat(failed.get("prompt_tokens").asInt()).isZero();
        assertThat(state("scripted")).isNotEqualTo("down");

        long before = used(rest);
        HttpResponse<String> alone = rest.send("POST", "/v1/embeddings", Map.of("model", "broken", "input", "x"));
        assertThat(alone.statusCode()).isEqualTo(502);
        assertThat(Rest.json(alone).at("/error/code").asString()).isEqualTo("backend_failed");
        assertThat(used(rest)).isEqualTo(before);
        assertThat(requests()).as("only the answered one").isEqualTo(requests + 1);
    }

    @Test
    void aFailureAtNoCostLeavesABudgetOfRequestsAsItWas() throws Exception {
        scripted.on("broken", connection -> connection.json("{\"data\":[{\"index\":0,\"embedding\":[1,null]}]}"));
        rest.post(
                "/admin/v1/tenants",
                Map.of("id", "rare", "windows", List.of(Map.of("period", "month", "requests", 1))));
        Rest user = rest.as(admin.key("rare", "user"));
        assertThat(user.send("POST", "/v1/embeddings", Map.of("model", "broken", "input", "x"))
                        .statusCode())
                .isEqualTo(502);
        var request = Map.of("model", "far", "input", "x");
        assertThat(user.send("POST", "/v1/embeddings", request).statusCode()).isEqualTo(200);
        assertThat(user.send("POST", "/v1/embeddings", request).statusCode()).isEqualTo(429);
    }

    @Test
    void eachRequestIsCountedOnceAsEndedOrRefused() throws Exception {
        scripted.on("broken", connection -> connection.json("{\"data\":[{\"index\":0,\"embedding\":[1,null]}]}"));
        rest.put(
                "/admin/v1/aliases/second",
                Map.of("targets", List.of(Map.of("model", "broken"), Map.of("model", "far"))));
        double ended = admin.metric(ENDED);
        double refused = admin.metric(REFUSED);
        rest.post("/v1/embeddings", Map.of("model", "second", "input", "x"));
        assertThat(admin.metric(ENDED)).as("the second target's answer").isEqualTo(ended + 1);
        assertThat(admin.metric(REFUSED)).isEqualTo(refused);

        double backend = admin.metric(REFUSED + "reason=\"backend\"");
        assertThat(rest.send("POST", "/v1/embeddings", Map.of("model", "broken", "input", "x"))
                        .statusCode())
                .isEqualTo(502);
        assertThat(rest.send("POST", "/v1/rerank", rank("broken")).statusCode()).isEqualTo(502);
        assertThat(admin.metric(REFUSED + "reason=\"backend\"")).isEqualTo(backend + 2);
        assertThat(admin.metric(REFUSED)).isEqualTo(refused + 2);
        assertThat(admin.metric(ENDED)).isEqualTo(ended + 1);
    }

    @Test
    void aRequestThatACanaryComputesAndRefusesIsPaidAndCountedOnce() throws Exception {
        scripted.on(
                "short",
                connection -> connection.json(
                        "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":1000}}"));
        rest.put("/admin/v1/aliases/tried", Map.of("targets", List.of(Map.of("model", "long"))));
        rest.put("/admin/v1/aliases/tried/canary", Map.of("model", "short", "backend", "scripted", "percent", 100));
        scripted.on(
                "long",
                connection -> connection.json(
                        "{\"data\":[{\"index\":0,\"embedding\":[0.6,0.8]}],\"usage\":{\"prompt_tokens\":3}}"));
        var request = Map.of("model", "tried", "input", "x", "dimensions", 2);
        long used = used(rest);
        long requests = requests();
        double ended = admin.metric(ENDED);
        double refused = admin.metric(REFUSED);
        assertThat(rest.post("/v1/embeddings", request).get("model").asString()).isEqualTo("long");
        assertThat(used(rest) - used).isEqualTo(3);
        assertThat(requests() - requests).isEqualTo(1);
        assertThat(admin.metric(ENDED)).isEqualTo(ended + 1);
        assertThat(admin.metric(REFUSED)).isEqualTo(refused);
        JsonNode counted = Patience.await()
                .until(
                        () -> rest.get("/admin/v1/aliases/tried/canary"),
                        canary -> canary.at("/canary/answers").asInt() > 0
                                && canary.at("/stable/answers").asInt() > 0);
        assertThat(counted.at("/canary/errors").asInt()).isEqualTo(1);
        assertThat(counted.at("/canary/answers").asInt()).isEqualTo(1);
        rest.post("/admin/v1/aliases/tried/canary/rollback", "{}");

        assertThat(rest.send("POST", "/v1/embeddings", Map.of("model", "short", "input", "x", "dimensions", 2))
                        .statusCode())
                .isEqualTo(400);
        assertThat(used(rest) - used).as("by its own name it is charged").isEqualTo(1003);
    }

    @Test
    void whatTheBackendDoesNotCountIsEstimatedAndSaidSo() throws Exception {
        scripted.on("uncounted", connection -> connection.json("{\"data\":[{\"index\":0,\"embedding\":[0.5]}]}"));
        JsonNode answer = rest.post("/v1/embeddings", Map.of("model", "uncounted", "input", "sixteen letters."));
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(4);
        JsonNode outcome = admin.trail("completion.outcome").getLast().get("detail");
        assertThat(outcome.get("counted").asString()).isEqualTo("by bytes");
        assertThat(outcome.get("prompt_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void theLimitsOfTenantsAndKeysHold() throws Exception {
        var windows = List.of(Map.of("period", "day", "tokens", 50));
        rest.post("/admin/v1/tenants", Map.of("id", "small", "windows", windows));
        Rest user = rest.as(admin.key("small", "user"));
        var large = user.send("POST", "/v1/embeddings", Map.of("model", "far", "input", "cat ".repeat(40)));
        assertThat(large.statusCode()).as(large.body()).isEqualTo(429);
        var small = user.send("POST", "/v1/embeddings", Map.of("model", "far", "input", "cat"));
        assertThat(small.statusCode()).as(small.body()).isEqualTo(200);
        assertThat(small.headers().firstValue("x-ratelimit-limit-tokens")).contains("50");

        String key = rest.post(
                        "/admin/v1/tenants/default/keys",
                        Map.of("roles", List.of("user"), "models", List.of("far-rank")))
                .get("key")
                .asString();
        var other = rest.as(key).send("POST", "/v1/embeddings", Map.of("model", "far", "input", "x"));
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(rest.as(key).send("POST", "/v1/rerank", rank("far-rank")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void vectorsAreKeptLikeOtherAnswers() throws Exception {
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", true));
        JsonNode answer = rest.post("/v1/embeddings", Map.of("model", "far", "input", "kept"));
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", false));
        var kept = gateway.bean(Contents.class)
                .read(new Actor("default", "bl_reader"), "default", ContentSelection.ALL, 0, 10, bytes -> {})
                .contents();
        assertThat(kept).hasSize(2);
        assertThat(new String(kept.getLast().text(), StandardCharsets.UTF_8))
                .contains(answer.at("/data/0/embedding/0").asString());
    }

    @Test
    void moreVectorsThanCanBeKeptAreRefused() throws Exception {
        String vector = "[" + String.join(",", Collections.nCopies(65_536, "1")) + "]";
        String entries = IntStream.range(0, 33)
                .mapToObj(i -> "{\"index\":" + i + ",\"embedding\":" + vector + "}")
                .collect(Collectors.joining(","));
        scripted.on(
                "long", connection -> connection.json("{\"data\":[" + entries + "],\"usage\":{\"prompt_tokens\":66}}"));
        var request = new HashMap<String, Object>(
                Map.of("model", "long", "input", Collections.nCopies(33, "x"), "dimensions", 65_536));
        int asked = scripted.requests().size();
        long used = used(rest);
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", true));
        assertTooMany(rest.send("POST", "/v1/embeddings", request));
        assertThat(scripted.requests()).as("before it is computed").hasSize(asked);
        assertThat(used(rest)).isEqualTo(used);
        request.remove("dimensions");
        assertTooMany(rest.send("POST", "/v1/embeddings", request));
        assertThat(used(rest)).as("the backend has computed it").isEqualTo(used + 66);
        rest.send("PUT", "/admin/v1/tenants/default/content-policy", Map.of("keep", false));
        gateway.bean(Contents.class).erase(new Actor("default", "bl_reader"), "default", ContentSelection.ALL);
        assertThat(rest.send("POST", "/v1/embeddings", request).statusCode()).isEqualTo(200);
    }

    private static void assertTooMany(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(Rest.json(answer).at("/error/param").asString()).isEqualTo("input");
        assertThat(answer.body()).contains("at most 2097152 numbers", "2162688");
    }

    @Test
    void aClientThatLeavesEndsTheWork() throws Exception {
        JsonNode before = outcomeOfLeaving(connection -> {});
        assertThat(before.get("state").asString()).isEqualTo("cancelled");
        assertThat(before.get("prompt_tokens").asInt()).isEqualTo(2);
        assertThat(before.get("counted").asString()).isEqualTo("by bytes");
        JsonNode amid = outcomeOfLeaving(connection -> connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"data\":["));
        assertThat(amid.get("state").asString()).isEqualTo("cancelled");
        assertThat(amid.get("prompt_tokens").asInt()).isEqualTo(2);
        assertThat(amid.get("counted").asString()).isEqualTo("by bytes");
        assertThat(state("scripted")).isNotEqualTo("down");
    }

    /** Asks, leaves when the backend has been asked and has begun, and returns the outcome in the trail once the backend's connection is closed. */
    private static JsonNode outcomeOfLeaving(ScriptedBackend.Script beginning) throws Exception {
        var begun = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        scripted.on("slow", connection -> {
            beginning.answer(connection);
            begun.countDown();
            connection.awaitClose();
            closed.countDown();
        });
        int before = ofSlow().size();
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(rest.url() + "/v1/embeddings"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("Authorization", "Bearer " + RunningService.KEY)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(
                            new JsonMapper().writeValueAsString(Map.of("model", "slow", "input", "a mouse"))))
                    .build();
            var answer = client.sendAsync(request, BodyHandlers.ofString());
            Patience.await(begun);
            answer.cancel(true);
            Patience.await(closed);
        }
        Patience.await().until(() -> ofSlow().size() > before);
        return ofSlow().getLast();
    }

    private static List<JsonNode> ofSlow() throws Exception {
        return admin.trail("completion.outcome").stream()
                .map(entry -> entry.get("detail"))
                .filter(detail -> detail.get("model").asString().equals("slow"))
                .toList();
    }

    private static String state(String backend) throws Exception {
        return rest.get("/admin/v1/backends/" + backend).at("/health/state").asString();
    }

    private static long requests() throws Exception {
        return rest.get("/admin/v1/tenants/default/usage").get("requests").asLong();
    }

    private static long used(Rest of) throws Exception {
        JsonNode usage = of.get("/admin/v1/tenants/default/usage");
        return usage.get("prompt_tokens").asLong()
                + usage.get("completion_tokens").asLong();
    }
}
