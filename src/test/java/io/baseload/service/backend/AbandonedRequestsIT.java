package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.FullServer;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of a gateway that leaves before anything was sent to it ends the work of the backend, and pays for a prompt that the backend had. So does one whose backend is silent. */
final class AbandonedRequestsIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path home;

    private static ScriptedBackend backend;
    private static RunningService gateway;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        backend = new ScriptedBackend();
        gateway = RunningService.at(
                home,
                "baseload.engine.enabled=false",
                "baseload.backends.allowed-hosts=127.0.0.1",
                "baseload.backends.connect-timeout=5m",
                "baseload.backends.probe-timeout=5m");
        rest = gateway.rest();
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "slow",
                        "base_url",
                        backend.url(),
                        "max_concurrent",
                        1,
                        "models",
                        List.of(Map.of("id", "silent"), Map.of("id", "endless"), Map.of("id", "other"))));
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "late",
                        "base_url",
                        backend.url(),
                        "timeout_ms",
                        2000,
                        "models",
                        List.of(Map.of("id", "mute"), Map.of("id", "busy"))));
        rest.put(
                "/admin/v1/aliases/patient",
                Map.of("targets", List.of(Map.of("model", "silent"), Map.of("model", "other"))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
    }

    @Test
    void beforeTheBackendBeginsItCostsThePromptAndNoOtherTargetIsTried() throws Exception {
        for (boolean stream : List.of(false, true)) {
            long used = used();
            JsonNode outcome = outcomeOfLeaving("patient", "silent", stream, connection -> {});
            assertThat(outcome.get("model").asString()).isEqualTo("silent");
            assertThat(outcome.get("state").asString()).isEqualTo("cancelled");
            assertOnlyThePrompt(outcome, used() - used);
        }
        assertThat(backend.requests())
                .extracting(ScriptedBackend.Request::model)
                .doesNotContain("other");
        assertThat(rest.get("/admin/v1/backends/slow").at("/health/state").asString())
                .isEqualTo("up");
        // A request's thread counts after it has stored the outcome.
        Patience.await()
                .untilAsserted(() -> assertThat(
                                rest.send("GET", "/actuator/prometheus", "").body())
                        .containsPattern("baseload_backend_requests_total\\{[^}]*outcome=\"cancelled\"[^}]*} [2-9]"));
    }

    @Test
    void aSilentBackendThatHasTheRequestCostsThePrompt() throws Exception {
        backend.on("mute", ScriptedBackend.Connection::awaitClose);
        for (String route : List.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings")) {
            long used = used();
            double refused = metric("baseload_requests_refused_total\\{");
            double failed = metric("baseload_request_success_total\\{.*finished_reason=\"failed\"");
            Map<String, Object> body = Map.of(
                    "model",
                    "mute",
                    switch (route) {
                        case "/v1/chat/completions" -> "messages";
                        case "/v1/completions" -> "prompt";
                        default -> "input";
                    },
                    route.contains("chat")
                            ? List.of(Map.of("role", "user", "content", "Tell me of the sea."))
                            : "Tell me of the sea.");
            assertThat(rest.send("POST", route, body).statusCode()).as(route).isEqualTo(504);
            JsonNode outcome = outcomes().getLast().get("detail");
            assertThat(outcome.get("model").asString()).isEqualTo("mute");
            assertThat(outcome.get("state").asString()).isEqualTo("failed");
            assertOnlyThePrompt(outcome, used() - used);
            assertThat(metric("baseload_requests_refused_total\\{")).as(route).isEqualTo(refused);
            assertThat(metric("baseload_request_success_total\\{.*finished_reason=\"failed\""))
                    .as(route)
                    .isEqualTo(failed + 1);
        }
    }

    private static double metric(String beginning) throws Exception {
        return new Admin(rest).metric(beginning);
    }

    @Test
    void aLineOfABatchWhosePromptIsChargedIsNotRunAgain() throws Exception {
        backend.on("mute", ScriptedBackend.Connection::awaitClose);
        long used = used();
        int before = outcomes().size();
        rest.send("PATCH", "/admin/v1/tenants/default", Map.of("max_wait_ms", 500));
        try {
            String line = "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/completions\","
                    + "\"body\":{\"model\":\"mute\",\"prompt\":\"Tell me of the sea.\"}}";
            JsonNode batch = new Admin(rest).completeBatch(rest.upload(line), "/v1/completions");
            assertThat(batch.at("/request_counts/failed").asInt()).isOne();
        } finally {
            rest.send("PATCH", "/admin/v1/tenants/default", "{\"max_wait_ms\": null}");
        }
        assertThat(outcomes()).hasSize(before + 1);
        assertOnlyThePrompt(outcomes().getLast().get("detail"), used() - used);
    }

    @Test
    void theNextTargetAloneIsCharged() throws Exception {
        backend.on("mute", ScriptedBackend.Connection::awaitClose).says("other", 7, "The", "sea");
        rest.put(
                "/admin/v1/aliases/late-first",
                Map.of("targets", List.of(Map.of("model", "mute"), Map.of("model", "other"))));
        long used = used();
        Map<String, Object> body = Map.of(
                "model",
                "late-first",
                "max_tokens",
                50,
                "messages",
                List.of(Map.of("role", "user", "content", "Tell me of the sea.")));
        assertThat(rest.post("/v1/chat/completions", body).get("model").asString())
                .isEqualTo("other");
        assertThat(used() - used).isEqualTo(9);
    }

    @Test
    void aBackendThatRefusesCostsNothing() throws Exception {
        long used = used();
        for (int status : List.of(400, 429, 500, 503)) {
            backend.on("busy", connection -> connection.whole(status, "", "{}"));
            Map<String, Object> body = Map.of(
                    "model", "busy", "messages", List.of(Map.of("role", "user", "content", "Tell me of the sea.")));
            assertThat(rest.send("POST", "/v1/chat/completions", body).statusCode())
                    .isGreaterThanOrEqualTo(400);
            assertThat(outcomes().getLast().at("/detail/state").asString()).isEqualTo("refused");
        }
        assertThat(used()).isEqualTo(used);
    }

    private static void assertOnlyThePrompt(JsonNode outcome, long used) {
        assertThat(outcome.get("prompt_tokens").asLong()).isPositive().isEqualTo(used);
        assertThat(outcome.get("completion_tokens").asInt()).isZero();
        assertThat(outcome.get("counted").asString()).isEqualTo("by bytes");
    }

    @Test
    void aWholeAnswerThatHasBegunIsCancelledAndItsTokensAreSettled() throws Exception {
        long used = used();
        JsonNode outcome = outcomeOfLeaving("endless", "endless", false, connection -> {
            connection.stream();
            connection.text("one");
            connection.text("two");
        });
        assertThat(outcome.get("state").asString()).isEqualTo("cancelled");
        assertThat(outcome.get("completion_tokens").asInt()).isLessThanOrEqualTo(2);
        assertThat(used() - used)
                .isPositive()
                .isEqualTo(outcome.get("prompt_tokens").asLong()
                        + outcome.get("completion_tokens").asLong());
    }

    @Test
    void textsThatWereNeverSentCostNothing() throws Exception {
        long used = used();
        int before = outcomes().size();
        int intents = intents();
        try (var full = new FullServer();
                HttpClient client = HttpClient.newHttpClient()) {
            rest.post(
                    "/admin/v1/backends",
                    Map.of("name", "full", "base_url", full.url(), "models", List.of(Map.of("id", "waiting"))));
            var answer = client.sendAsync(
                    request("/v1/embeddings", Map.of("model", "waiting", "input", "Tell me of the sea.")),
                    BodyHandlers.ofString());
            Patience.await().until(() -> intents() > intents);
            answer.cancel(true);
            Patience.await().until(() -> outcomes().size() > before);
        }
        assertThat(outcomes().getLast().at("/detail/state").asString()).isEqualTo("refused");
        assertThat(used()).isEqualTo(used);
    }

    /** Asks, leaves when the backend has been asked and has begun, and returns the outcome in the trail once the backend's connection is closed. */
    private static JsonNode outcomeOfLeaving(
            String name, String model, boolean stream, ScriptedBackend.Script beginning) throws Exception {
        var begun = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        backend.on(model, connection -> {
            beginning.answer(connection);
            begun.countDown();
            connection.awaitClose();
            closed.countDown();
        });
        int before = outcomes().size();
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = request(
                    "/v1/chat/completions",
                    Map.of(
                            "model",
                            name,
                            "stream",
                            stream,
                            "max_tokens",
                            50,
                            "messages",
                            List.of(Map.of("role", "user", "content", "Tell me of the sea."))));
            var answer = client.sendAsync(request, BodyHandlers.ofString());
            Patience.await(begun);
            answer.cancel(true);
            Patience.await(closed);
        }
        Patience.await().until(() -> outcomes().size() > before);
        assertThat(outcomes()).hasSize(before + 1);
        return outcomes().getLast().get("detail");
    }

    private static HttpRequest request(String route, Map<String, ?> body) {
        return HttpRequest.newBuilder(URI.create(rest.url() + route))
                .version(HttpClient.Version.HTTP_1_1)
                .header("Authorization", "Bearer " + RunningService.KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
    }

    private static int intents() throws Exception {
        return new Admin(rest).trail("completion.intent").size();
    }

    private static List<JsonNode> outcomes() throws Exception {
        return new Admin(rest).trail("completion.outcome");
    }

    private static long used() throws Exception {
        JsonNode usage = rest.get("/admin/v1/tenants/default/usage");
        return usage.get("prompt_tokens").asLong()
                + usage.get("completion_tokens").asLong();
    }
}
