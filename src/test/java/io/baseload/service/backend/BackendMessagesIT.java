package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Anthropic's protocol where a backend answers, which speaks OpenAI's. */
final class BackendMessagesIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path home;

    private static ScriptedBackend backend;
    private static RunningService gateway;
    private static Rest rest;

    @BeforeAll
    static void start() throws Exception {
        backend = new ScriptedBackend().says("m", 900, "Fine");
        gateway = RunningService.at(home, "baseload.engine.enabled=false", "baseload.backends.allowed-hosts=127.0.0.1");
        rest = gateway.rest();
        rest.post(
                "/admin/v1/backends",
                Map.of("name", "b", "base_url", backend.url(), "models", List.of(Map.of("id", "m"))));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
    }

    @Test
    void aStreamBeginsWithALikelyNumberOfTokens() throws Exception {
        String text = "word ".repeat(1000);
        JsonNode begun = JSON.readTree(stream(text)
                .lines()
                .filter(line -> line.startsWith("data: "))
                .findFirst()
                .orElseThrow()
                .substring("data: ".length()));
        assertThat(begun.at("/message/usage/input_tokens").asInt()).isBetween(text.length() / 8, text.length() / 2);
    }

    @Test
    void aBackendGetsVariablesOfTheTemplateUnlessItTakesNone() throws Exception {
        stream("Hi");
        assertThat(backend.requests().getLast().body().get("chat_template_kwargs"))
                .isEqualTo(JSON.readTree("{\"enable_thinking\": false, \"thinking\": false}"));
        rest.send("PATCH", "/admin/v1/backends/b", Map.of("template_variables", false));
        assertThat(rest.get("/admin/v1/backends/b").get("template_variables")).isEqualTo(JSON.readTree("false"));
        stream("Hi");
        assertThat(backend.requests().getLast().body().has("chat_template_kwargs"))
                .isFalse();
    }

    /** A stream, whole. */
    private static String stream(String text) throws Exception {
        HttpResponse<String> answer = rest.send(
                "POST",
                "/v1/messages",
                Map.of(
                        "model",
                        "m",
                        "max_tokens",
                        5,
                        "stream",
                        true,
                        "messages",
                        List.of(Map.of("role", "user", "content", text))));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
