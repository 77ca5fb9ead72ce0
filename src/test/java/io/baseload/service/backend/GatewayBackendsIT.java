package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.testing.Streamed;
import io.baseload.testing.TestCertificate;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway before servers that break off, don't begin, or are reached over TLS. */
final class GatewayBackendsIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path home;

    private static ScriptedBackend plain;
    private static ScriptedBackend picky;
    private static ScriptedBackend idle;
    private static ScriptedBackend trusted;
    private static ScriptedBackend stranger;
    private static RunningService gateway;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        var certificate = TestCertificate.create(home);
        plain = new ScriptedBackend();
        picky = new ScriptedBackend();
        idle = new ScriptedBackend();
        trusted = new ScriptedBackend(certificate).says("secure", 1, "Fine");
        stranger = new ScriptedBackend(TestCertificate.create(home)).says("strange", 1, "Fine");
        gateway = RunningService.at(
                home.resolve("gateway"),
                "baseload.engine.enabled=false",
                "baseload.backends.allowed-hosts=localhost,127.0.0.1",
                "baseload.backends.ssl-bundle=internal",
                "spring.ssl.bundle.pem.internal.truststore.certificate=file:"
                        + certificate.certificateFile(home.resolve("trusted.pem")));
        rest = gateway.rest();
        backend("plain", plain, "cut", "other", "silent", "mute");
        backend("picky", picky, "picky");
        backend("idle", idle, "ready");
        backend("trusted", trusted, "secure");
        backend("stranger", stranger, "strange");
    }

    private static void backend(String name, ScriptedBackend server, String... models) throws Exception {
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        name,
                        "base_url",
                        server.url(),
                        "models",
                        Stream.of(models).map(id -> Map.of("id", id)).toList()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        List.of(plain, picky, idle, trusted, stranger).forEach(ScriptedBackend::close);
    }

    @Test
    void anAnswerThatHasBegunIsNotRequestedFromTheNextTarget() throws Exception {
        plain.says("other", 1, "Fine");
        plain.on("cut", connection -> {
            connection.stream();
            connection.text("one");
            connection.text("two");
        });
        rest.put(
                "/admin/v1/aliases/cut-first",
                Map.of("targets", List.of(Map.of("model", "cut"), Map.of("model", "other"))));
        try (Streamed stream = Streamed.ask(
                rest, RunningService.KEY, "/v1/chat/completions", JSON.writeValueAsString(chat("cut-first", true)))) {
            assertThat(stream.status()).isEqualTo(200);
            List<String> events = stream.rest();
            assertThat(events).doesNotContain("[DONE]");
            assertThat(JSON.readTree(events.getLast()).at("/error/code").asString())
                    .isEqualTo("backend_failed");
        }
        HttpResponse<String> whole = rest.send("POST", "/v1/chat/completions", chat("cut-first", false));
        assertThat(whole.statusCode()).isEqualTo(502);
        assertThat(models(plain)).contains("cut").doesNotContain("other");

        plain.on("cut", connection -> connection.whole(500, "", "{}"));
        assertThat(rest.post("/v1/chat/completions", chat("cut-first", false))
                        .get("model")
                        .asString())
                .as("nothing had begun")
                .isEqualTo("other");
    }

    @Test
    void aRequestWaitsForABackendNoLongerThanItMay() throws Exception {
        plain.on("silent", ScriptedBackend.Connection::awaitClose);
        HttpResponse<String> refused = Patience.await()
                .until(
                        () -> rest.send("POST", "/v1/chat/completions", chat("silent", false), "x-max-wait-ms", "2000"),
                        answer -> models(plain).contains("silent")); // it came that far within this time
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        JsonNode error = Rest.json(refused).get("error");
        assertThat(error.get("code").asString()).isEqualTo("overloaded");
        assertThat(error.get("message").asString()).contains("maximum wait");
        List<JsonNode> outcomes = Patience.await()
                .until(
                        () -> new Admin(rest)
                                .trail("completion.outcome").stream()
                                        .map(entry -> entry.get("detail"))
                                        .filter(detail ->
                                                detail.get("model").asString().equals("silent"))
                                        .toList(),
                        found -> !found.isEmpty());
        JsonNode sent = outcomes.getLast();
        assertThat(sent.get("state").asString()).isEqualTo("failed");
        assertThat(sent.get("prompt_tokens").asInt())
                .as("the backend may be reading it")
                .isPositive();
        assertThat(sent.get("completion_tokens").asInt()).isZero();
        assertThat(sent.get("counted").asString()).isEqualTo("by bytes");
        assertThat(rest.get("/admin/v1/backends/plain").at("/health").toString())
                .as("others are tried before it for a while")
                .contains("did not begin");
    }

    @Test
    void aTenantWhoseRequestsFailTurnsNobodyElseAway() throws Exception {
        rest.post("/admin/v1/tenants", Map.of("id", "clumsy"));
        Rest clumsy = rest.as(new Admin(rest).key("clumsy", "user"));
        idle.says("ready", 1, "Fine");
        rest.put(
                "/admin/v1/aliases/picky-first",
                Map.of("targets", List.of(Map.of("model", "picky"), Map.of("model", "ready"))));
        picky.on("picky", connection -> connection.whole(500, "", "{}"));
        for (int i = 0; i < 5; i++) {
            assertThat(answering(clumsy, "picky-first")).isEqualTo("ready");
        }
        assertThat(models(picky))
                .as("the others went to the next target at once")
                .hasSizeLessThan(5);
        assertThat(rest.get("/admin/v1/backends/picky").at("/health/state").asString())
                .isEqualTo("up");
        picky.says("picky", 1, "Fine");
        assertThat(answering(rest, "picky-first")).isEqualTo("picky");
    }

    private static String answering(Rest caller, String model) throws Exception {
        return caller.post("/v1/chat/completions", chat(model, false))
                .get("model")
                .asString();
    }

    @Test
    void theNextTargetHasTheWholeWait() throws Exception {
        plain.on("mute", ScriptedBackend.Connection::awaitClose);
        idle.says("ready", 1, "Fine");
        rest.put(
                "/admin/v1/aliases/mute-first",
                Map.of("targets", List.of(Map.of("model", "mute"), Map.of("model", "ready"))));
        HttpResponse<String> answer = Patience.await()
                .until(
                        () -> rest.send(
                                "POST", "/v1/chat/completions", chat("mute-first", false), "x-max-wait-ms", "2000"),
                        any -> models(plain).contains("mute"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Rest.json(answer).get("model").asString()).isEqualTo("ready");
        assertThat(new Admin(rest)
                        .trail("completion.outcome").reversed().stream()
                                .limit(2)
                                .map(entry -> entry.at("/detail/state").asString()))
                .as("it is charged once")
                .containsExactly("done", "refused");
    }

    @Test
    void aBackendIsReachedOverTlsIfItsCertificateIsTrusted() throws Exception {
        assertThat(rest.post("/v1/chat/completions", chat("secure", false))
                        .at("/choices/0/message/content")
                        .asString())
                .isEqualTo("Fine");
        HttpResponse<String> refused = rest.send("POST", "/v1/chat/completions", chat("strange", false));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(Rest.json(refused).at("/error/code").asString()).isEqualTo("backend_unavailable");
        assertThat(models(stranger)).isEmpty();
    }

    private static List<String> models(ScriptedBackend server) {
        return server.requests().stream().map(ScriptedBackend.Request::model).toList();
    }

    private static Map<String, Object> chat(String model, boolean stream) {
        return Map.of(
                "model",
                model,
                "messages",
                List.of(Map.of("role", "user", "content", "Tell me of the sea.")),
                "max_tokens",
                20,
                "stream",
                stream);
    }
}
