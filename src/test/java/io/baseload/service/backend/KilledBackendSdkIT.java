package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.SseException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** OpenAI's Java SDK through a gateway whose only engine, a process of its own, is killed in mid-stream: the SDK learns that its answers are not whole, and what was sent is charged. */
final class KilledBackendSdkIT {
    private static final String MODEL = "far";
    private static final String QUESTION = "Tell me of the sea, at length.";

    @TempDir
    Path folder;

    private ServiceProcess engine;
    private RunningService gateway;
    private Rest rest;
    private OpenAIClient client;

    @BeforeEach
    void start() throws Exception {
        engine = ServiceProcess.start(
                folder.resolve("engine"), "", "baseload.engine.threads=1", "baseload.engine.pinned=false");
        gateway = RunningService.at(
                folder.resolve("gateway"),
                "baseload.engine.enabled=false",
                "baseload.backends.allowed-hosts=localhost");
        rest = gateway.rest();
        Rest far = engine.rest();
        Patience.await().until(() -> new Admin(far).health("readiness") == 200);
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        "engine",
                        "base_url",
                        far.url() + "/v1",
                        "api_key",
                        RunningService.KEY,
                        "models",
                        List.of(Map.of("id", MODEL, "upstream", "default"))));
        client = OpenAIOkHttpClient.builder()
                .baseUrl(rest.url() + "/v1")
                .apiKey(RunningService.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        gateway.close();
        engine.close();
    }

    @Test
    void anAnswerThatBreaksOffIsNoWholeOne() throws Exception {
        try (StreamResponse<ChatCompletionChunk> chat =
                        client.chat().completions().createStreaming(chat());
                StreamResponse<Completion> completion = client.completions().createStreaming(completion());
                StreamResponse<ResponseStreamEvent> response =
                        client.responses().createStreaming(response())) {
            Iterator<ChatCompletionChunk> chunks = chat.stream().iterator();
            Iterator<Completion> texts = completion.stream().iterator();
            Iterator<ResponseStreamEvent> events = response.stream().iterator();
            Predicate<ChatCompletionChunk> said = chunk -> chunk.choices().stream()
                    .anyMatch(choice -> choice.delta()
                            .content()
                            .filter(text -> !text.isEmpty())
                            .isPresent());
            await(chunks, said);
            await(texts, text -> !text.choices().getFirst().text().isEmpty());
            await(events, event -> event.outputTextDelta().isPresent());
            engine.kill();

            assertThat(failure(chunks).code()).contains("backend_failed");
            assertThat(failure(texts).code()).contains("backend_failed");
            List<ResponseStreamEvent> last = new ArrayList<>();
            events.forEachRemaining(last::add);
            var failed = last.getLast().failed().orElseThrow().response();
            assertThat(failed.status()).contains(ResponseStatus.FAILED);
            assertThat(failed.error()).isPresent();
        }
        var admin = new Admin(rest);
        Patience.await().until(() -> admin.trail("completion.outcome").size() == 3);
        List<JsonNode> outcomes = admin.trail("completion.outcome").stream()
                .map(entry -> entry.get("detail"))
                .toList();
        assertThat(outcomes).allSatisfy(outcome -> {
            assertThat(outcome.get("state").asString()).isEqualTo("failed");
            assertThat(outcome.get("model").asString()).isEqualTo(MODEL);
            assertThat(outcome.get("completion_tokens").asInt()).isPositive();
            assertThat(outcome.get("counted").asString()).isEqualTo("by chunks");
        });
        JsonNode usage = rest.get("/admin/v1/tenants/default/usage");
        for (String tokens : List.of("prompt_tokens", "completion_tokens")) {
            assertThat(usage.get(tokens).asLong())
                    .as(tokens)
                    .isEqualTo(outcomes.stream()
                            .mapToLong(outcome -> outcome.get(tokens).asLong())
                            .sum());
        }
    }

    private static ChatCompletionCreateParams chat() {
        return ChatCompletionCreateParams.builder()
                .model(MODEL)
                .addUserMessage(QUESTION)
                .maxCompletionTokens(2000)
                .build();
    }

    private static CompletionCreateParams completion() {
        return CompletionCreateParams.builder()
                .model(MODEL)
                .prompt(QUESTION)
                .maxTokens(2000)
                .build();
    }

    private static ResponseCreateParams response() {
        return ResponseCreateParams.builder()
                .model(MODEL)
                .input(QUESTION)
                .maxOutputTokens(2000)
                .build();
    }

    private static <T> void await(Iterator<T> stream, Predicate<T> wanted) {
        while (!wanted.test(stream.next())) {
            // the beginning of the answer
        }
    }

    private static SseException failure(Iterator<?> stream) {
        return catchThrowableOfType(SseException.class, () -> stream.forEachRemaining(any -> {}));
    }
}
