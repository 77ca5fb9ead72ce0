package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchError;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Batches with OpenAI's Java SDK against the whole service with the bundled model. */
@ExtendWith(WholeService.class)
class BatchesIT {
    private static final String CHAT = "/v1/chat/completions";
    private static final String QUESTION = """
        {"model": "default", "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8, "temperature": 0}\
        """;

    private static Rest rest;
    private static OpenAIClient client;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
        client = client(RunningService.KEY);
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(rest.url() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static String line(String id, String url, String body) {
        return "{\"custom_id\": \"%s\", \"method\": \"POST\", \"url\": \"%s\", \"body\": %s}\n"
                .formatted(id, url, body);
    }

    private static String upload(OpenAIClient client, String lines) {
        return client.files()
                .create(FileCreateParams.builder()
                        .purpose(FilePurpose.BATCH)
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)))
                                .filename("lines.jsonl")
                                .build())
                        .build())
                .id();
    }

    private static BatchCreateParams.Builder order(String file, String endpoint) {
        return BatchCreateParams.builder()
                .inputFileId(file)
                .endpoint(BatchCreateParams.Endpoint.of(endpoint))
                .completionWindow(BatchCreateParams.CompletionWindow._24H);
    }

    private static Batch ended(OpenAIClient client, String endpoint, String lines) {
        Batch batch =
                client.batches().create(order(upload(client, lines), endpoint).build());
        return ended(client, batch.id());
    }

    private static Batch ended(OpenAIClient client, String id) {
        Patience.await()
                .until(() -> client.batches()
                        .retrieve(id)
                        .status()
                        .asString()
                        .matches("completed|failed|expired|cancelled"));
        Batch batch = client.batches().retrieve(id);
        batch.validate();
        return batch;
    }

    /** The lines of a file by their {@code custom_id}. */
    private static Map<String, JsonNode> lines(OpenAIClient client, String file) throws IOException {
        try (HttpResponse content = client.files().content(file)) {
            return new String(content.body().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(new JsonMapper()::readTree)
                    .collect(Collectors.toMap(line -> line.get("custom_id").asString(), line -> line));
        }
    }

    @Test
    void eachLineIsAnsweredOrRefusedAsItWouldBeByItself() throws Exception {
        String hot = QUESTION.replace("\"temperature\": 0", "\"temperature\": 5");
        String streamed = QUESTION.replace("\"temperature\": 0", "\"stream\": true");
        String nobody = QUESTION.replace("default", "nobody");
        String file = upload(
                client,
                line("a", CHAT, QUESTION)
                        + "\n"
                        + line("hot", CHAT, hot)
                        + line("streamed", CHAT, streamed)
                        + line("nobody", CHAT, nobody)
                        + line("b", CHAT, QUESTION));
        Batch begun = client.batches()
                .create(order(file, CHAT)
                        .metadata(BatchCreateParams.Metadata.builder()
                                .putAdditionalProperty("for", JsonValue.from("a test"))
                                .build())
                        .build());
        begun.validate();
        Batch batch = ended(client, begun.id());
        assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
        assertThat(batch.completedAt()).isPresent();
        assertThat(batch.metadata()
                        .orElseThrow()
                        ._additionalProperties()
                        .get("for")
                        .convert(String.class))
                .isEqualTo("a test");
        var counts = batch.requestCounts().orElseThrow();
        assertThat(counts.total()).isEqualTo(5);
        assertThat(counts.completed()).isEqualTo(2);
        assertThat(counts.failed()).isEqualTo(3);

        var answers = lines(client, batch.outputFileId().orElseThrow());
        assertThat(answers).containsOnlyKeys("a", "b");
        JsonNode answer = answers.get("a").get("response");
        assertThat(answer.get("status_code").asInt()).isEqualTo(200);
        assertThat(answer.at("/body/object").asString()).isEqualTo("chat.completion");
        JsonNode alone = rest.post(CHAT, QUESTION);
        assertThat(answer.at("/body/choices/0/message")).isEqualTo(alone.at("/choices/0/message"));
        assertThat(answer.at("/body/usage/total_tokens")).isEqualTo(alone.at("/usage/total_tokens"));
        var usage = batch.usage().orElseThrow();
        assertThat(usage.inputTokens()).isEqualTo(sum(answers, "prompt_tokens"));
        assertThat(usage.inputTokensDetails().cachedTokens())
                .isEqualTo(sum(answers, "prompt_tokens_details/cached_tokens"));
        assertThat(usage.outputTokens()).isEqualTo(sum(answers, "completion_tokens"));
        assertThat(usage.outputTokensDetails().reasoningTokens()).isZero();
        assertThat(usage.totalTokens()).isEqualTo(sum(answers, "total_tokens"));

        var errors = lines(client, batch.errorFileId().orElseThrow());
        assertThat(errors).containsOnlyKeys("hot", "streamed", "nobody");
        assertThat(errors.get("hot").at("/response/status_code").asInt()).isEqualTo(400);
        assertThat(errors.get("hot").at("/response/body/error/param").asString())
                .isEqualTo("temperature");
        assertThat(errors.get("streamed").at("/response/body/error/param").asString())
                .isEqualTo("stream");
        assertThat(errors.get("nobody").at("/response/body/error/code").asString())
                .isEqualTo("model_not_found");

        String requestId = answer.get("request_id").asString();
        assertThat(entriesOf(requestId)).containsExactly("completion.intent", "completion.outcome");
        assertThat(kindsOf("batches/" + batch.id())).containsExactly("admin.batch.create", "admin.batch.end");
        assertThat(client.batches()
                        .list(BatchListParams.builder().limit(1).build())
                        .items())
                .extracting(Batch::id)
                .containsExactly(batch.id());
    }

    @Test
    void whatAnEndUserAskedAndWasAnsweredIsErasedEverywhere() throws Exception {
        String ofAnn = QUESTION.replace("{\"model\"", "{\"user\": \"ann-of-batches\", \"model\"");
        String ofBob = QUESTION.replace("{\"model\"", "{\"user\": \"bob-of-batches\", \"model\"");
        String hot = ofAnn.replace("\"temperature\": 0", "\"temperature\": 5");
        Batch batch = ended(client, CHAT, line("a", CHAT, ofAnn) + line("b", CHAT, ofBob) + line("hot", CHAT, hot));
        assertThat(lines(client, batch.outputFileId().orElseThrow())
                        .get("a")
                        .get("user")
                        .asString())
                .isEqualTo("ann-of-batches");
        String stored = rest.post(
                        "/v1/responses",
                        Map.of(
                                "model",
                                "default",
                                "input",
                                "Say hello.",
                                "max_output_tokens",
                                16,
                                "store",
                                true,
                                "user",
                                "ann-of-batches"))
                .get("id")
                .asString();

        JsonNode erased = Rest.json(rest.send("DELETE", "/admin/v1/tenants/default/contents?user=ann-of-batches", ""));

        assertThat(erased.get("erased").asInt())
                .as("two questions, two results, a response")
                .isEqualTo(5);
        assertThat(rest.send("GET", "/v1/responses/" + stored, "").statusCode()).isEqualTo(404);
        for (String file : List.of(
                batch.inputFileId(),
                batch.outputFileId().orElseThrow(),
                batch.errorFileId().orElseThrow())) {
            try (HttpResponse content = client.files().content(file)) {
                assertThat(new String(content.body().readAllBytes(), StandardCharsets.UTF_8))
                        .doesNotContain("ann-of-batches");
            }
        }
        try (HttpResponse content = client.files().content(batch.outputFileId().orElseThrow())) {
            assertThat(new String(content.body().readAllBytes(), StandardCharsets.UTF_8).lines())
                    .hasSize(2)
                    .anyMatch(line -> line.contains("\"code\":\"erased\""))
                    .anyMatch(line -> line.contains("bob-of-batches") && line.contains("chat.completion"));
        }
        assertThat(entries("admin.file.erase")).hasSize(3);
        assertThat(rest.get("/admin/v1/audit/verification").at("/integrity/ok").asBoolean())
                .isTrue();
    }

    @Test
    void aLineNamesTheFormatsThatAreNotEnforced() throws Exception {
        String question = QUESTION.replace(
                "\"temperature\": 0",
                "\"guided_json\": {\"type\": \"string\", \"format\": \"FORMAT\", \"maxLength\": 10}");
        Batch batch = ended(
                client,
                CHAT,
                line("unknown", CHAT, question.replace("FORMAT", "postal-code"))
                        + line("known", CHAT, question.replace("FORMAT", "date")));
        var answers = lines(client, batch.outputFileId().orElseThrow());
        assertThat(answers.get("unknown").at("/response/unenforced_formats").valueStream())
                .extracting(JsonNode::asString)
                .containsExactly("postal-code");
        assertThat(answers.get("known").get("response").has("unenforced_formats"))
                .isFalse();
    }

    /** Of a number in the usage of all answers. */
    private static long sum(Map<String, JsonNode> answers, String field) {
        return answers.values().stream()
                .mapToLong(line -> line.at("/response/body/usage/" + field).asLong())
                .sum();
    }

    private static List<String> entriesOf(String requestId) throws Exception {
        return entries("completion.").stream()
                .filter(entry -> entry.toString().contains(requestId))
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    private static List<String> kindsOf(String subject) throws Exception {
        return entries("admin.batch.").stream()
                .filter(entry -> entry.get("subject").asString().endsWith(subject))
                .map(entry -> entry.get("kind").asString())
                .toList();
    }

    private static List<JsonNode> entries(String kind) throws Exception {
        return new Admin(rest).trail(kind);
    }

    @Test
    void everyRouteThatABatchMayAskAnswers() throws Exception {
        var bodies = Map.of(
                "/v1/completions", "{\"model\": \"default\", \"prompt\": \"Once\", \"max_tokens\": 4}",
                "/v1/responses", "{\"model\": \"default\", \"input\": \"Say hello.\", \"max_output_tokens\": 4}");
        for (var body : bodies.entrySet()) {
            Batch batch = ended(client, body.getKey(), line("x", body.getKey(), body.getValue()));
            assertThat(lines(client, batch.outputFileId().orElseThrow())
                            .get("x")
                            .at("/response/body/id"))
                    .as(body.getKey())
                    .isNotNull();
        }
        Batch embeddings = ended(
                client,
                "/v1/embeddings",
                line("x", "/v1/embeddings", "{\"model\": \"default\", \"input\": \"a text\"}"));
        assertThat(lines(client, embeddings.errorFileId().orElseThrow())
                        .get("x")
                        .at("/response/body/error/param")
                        .asString())
                .as("the bundled model is no encoder")
                .isEqualTo("model");
    }

    @Test
    void aRouteThatABatchCantAskIsRefusedWithThoseThatItCan() throws Exception {
        String file = upload(client, line("a", "/v1/moderations", QUESTION));
        var refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client.batches().create(order(file, "/v1/moderations").build()));
        assertThat(refused.param()).contains("endpoint");
        assertThat(refused.getMessage())
                .contains("/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses");
    }

    @Test
    void invalidLinesAreReportedOneByOneAndNothingRuns() {
        Batch batch = ended(
                client,
                CHAT,
                line("a", CHAT, QUESTION) + "no json\n" + line("a", CHAT, QUESTION)
                        + line("b", "/v1/completions", QUESTION) + line("c", CHAT, "{}"));
        assertThat(batch.status()).isEqualTo(Batch.Status.FAILED);
        assertThat(batch.outputFileId()).isEmpty();
        var errors = batch.errors().orElseThrow().data().orElseThrow();
        assertThat(errors)
                .extracting(BatchError::line)
                .extracting(Optional::get)
                .containsExactly(2L, 3L, 4L, 5L);
        assertThat(errors)
                .extracting(error -> error.code().orElseThrow())
                .containsExactly(
                        "invalid_json_line", "duplicate_custom_id", "invalid_value", "missing_required_parameter");
        assertThat(errors)
                .extracting(error -> error.param().orElse(""))
                .containsExactly("", "custom_id", "url", "body.model");
    }

    @Test
    void aCancelledBatchWritesTheResultsSoFar() throws Exception {
        String endless = QUESTION.replace("\"max_tokens\": 8", "\"max_tokens\": 400, \"logit_bias\": {\"2\": -100}");
        String all = IntStream.range(0, 40)
                .mapToObj(i -> line("line " + i, CHAT, endless))
                .collect(Collectors.joining());
        String file = upload(client, all);
        Batch begun = client.batches().create(order(file, CHAT).build());
        Patience.await()
                .until(() -> client.batches().retrieve(begun.id()).status().equals(Batch.Status.IN_PROGRESS));
        var used = catchThrowableOfType(
                UnexpectedStatusCodeException.class, () -> client.files().delete(file));
        assertThat(used.statusCode()).isEqualTo(409);
        assertThat(client.batches().cancel(begun.id()).status()).isEqualTo(Batch.Status.CANCELLING);
        Batch batch = ended(client, begun.id());
        assertThat(batch.status()).isEqualTo(Batch.Status.CANCELLED);
        var counts = batch.requestCounts().orElseThrow();
        assertThat(counts.total()).isEqualTo(40);
        assertThat(counts.completed()).isLessThan(40);
        var errors = lines(client, batch.errorFileId().orElseThrow());
        assertThat(errors).hasSize((int) (40 - counts.completed()));
        assertThat(errors.values())
                .allMatch(error -> error.at("/error/code").asString().equals("batch_cancelled"));
        assertThat(kindsOf("batches/" + batch.id()))
                .containsExactly("admin.batch.create", "admin.batch.cancel", "admin.batch.end");
        assertThat(client.files().delete(file).deleted()).isTrue();
    }

    @Test
    void linesBeyondTheQuotaFailOneByOne() throws Exception {
        rest.post(
                "/admin/v1/tenants",
                "{\"id\": \"poor\", \"windows\": [{\"period\": \"month\", \"tokens\": 120, \"requests\": 1000}]}");
        String secret = rest.post("/admin/v1/tenants/poor/keys", "{\"roles\": [\"user\"]}")
                .get("key")
                .asString();
        OpenAIClient poor = client(secret);
        try {
            String all = IntStream.range(0, 12)
                    .mapToObj(i -> line("line " + i, CHAT, QUESTION))
                    .collect(Collectors.joining());
            Batch batch = ended(poor, CHAT, all);
            assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
            var counts = batch.requestCounts().orElseThrow();
            assertThat(counts.completed()).isPositive();
            assertThat(counts.failed()).isPositive();
            assertThat(counts.completed() + counts.failed()).isEqualTo(12);
            assertThat(lines(poor, batch.errorFileId().orElseThrow()).values())
                    .allMatch(error -> error.at("/response/status_code").asInt() == 429
                            && error.at("/response/body/error/code").asString().equals("insufficient_quota"));
            assertThat(catchThrowableOfType(
                            NotFoundException.class, () -> client.batches().retrieve(batch.id())))
                    .as("another tenant's")
                    .isNotNull();
        } finally {
            poor.close();
        }
    }

    @Test
    void linesWaitForRoomThatComesWithinTheDay(RunningService service) throws Exception {
        rest.post("/admin/v1/tenants", "{\"id\": \"thrifty\", \"windows\": [{\"period\": \"day\", \"tokens\": 120}]}");
        String secret = rest.post("/admin/v1/tenants/thrifty/keys", "{\"roles\": [\"user\"]}")
                .get("key")
                .asString();
        OpenAIClient thrifty = client(secret);
        try {
            double before = deferred(service);
            String all = IntStream.range(0, 12)
                    .mapToObj(i -> line("line " + i, CHAT, QUESTION))
                    .collect(Collectors.joining());
            Batch begun =
                    thrifty.batches().create(order(upload(thrifty, all), CHAT).build());
            Patience.await().until(() -> deferred(service) > before);
            rest.send(
                    "PATCH",
                    "/admin/v1/tenants/thrifty",
                    "{\"windows\": [{\"period\": \"day\", \"tokens\": 1000000}]}");
            var counts = ended(thrifty, begun.id()).requestCounts().orElseThrow();
            assertThat(counts.completed()).isEqualTo(12);
            assertThat(counts.failed()).isZero();
        } finally {
            thrifty.close();
        }
    }

    private static double deferred(RunningService service) {
        return service
                .bean(MeterRegistry.class)
                .find("baseload.batch_lines")
                .tag("outcome", "deferred")
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    @Test
    void aKeyThatIsRevokedEndsWhatItBegan() throws Exception {
        JsonNode issued = rest.post("/admin/v1/tenants/default/keys", "{\"roles\": [\"user\"]}");
        String all = IntStream.range(0, 30)
                .mapToObj(i -> line("line " + i, CHAT, QUESTION.replace("\"max_tokens\": 8", "\"max_tokens\": 100")))
                .collect(Collectors.joining());
        String file = upload(client, all);
        Batch begun;
        OpenAIClient other = client(issued.get("key").asString());
        try {
            begun = other.batches().create(order(file, CHAT).build());
        } finally {
            other.close();
        }
        assertThat(rest.send(
                                "DELETE",
                                "/admin/v1/tenants/default/keys/"
                                        + issued.get("prefix").asString(),
                                "")
                        .statusCode())
                .isEqualTo(204);
        Batch batch = ended(client, begun.id());
        var errors = lines(client, batch.errorFileId().orElseThrow());
        assertThat(errors.values())
                .allMatch(error ->
                        error.at("/response/body/error/code").asString().equals("invalid_api_key"));
    }

    @Test
    void refusesAnInvalidBatch() {
        String file = upload(client, line("a", CHAT, QUESTION));
        var endpoint = catchThrowableOfType(
                BadRequestException.class,
                () -> client.batches().create(order(file, "/v1/audio/speech").build()));
        assertThat(endpoint.param()).contains("endpoint");
        var window = catchThrowableOfType(
                BadRequestException.class,
                () -> client.batches()
                        .create(order(file, CHAT)
                                .completionWindow(BatchCreateParams.CompletionWindow.of("99d"))
                                .build()));
        assertThat(window.param()).contains("completion_window");
        var missing = catchThrowableOfType(
                NotFoundException.class,
                () -> client.batches().create(order("file-none", CHAT).build()));
        assertThat(missing.param()).contains("input_file_id");
        client.files().delete(file);
    }
}
