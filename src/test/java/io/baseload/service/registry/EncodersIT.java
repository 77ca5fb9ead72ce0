package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.baseload.service.console.ConsoleSession;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.model.openai.autoconfigure.OpenAiEmbeddingAutoConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Encoders through the whole service: imported, loaded, asked in OpenAI's and in Jina's form, billed and recorded, unloaded. */
final class EncodersIT {
    private static final Path MODELS = Path.of("src/test/resources/encoders");

    @ImportAutoConfiguration(OpenAiEmbeddingAutoConfiguration.class)
    static class SpringAi {}

    @TempDir
    Path home;

    @Test
    void encodersAreModelsLikeOthers() throws Exception {
        // longer than that of any model here
        try (RunningService service = RunningService.at(home, "baseload.model.context-length=100000")) {
            Rest rest = service.rest();
            Admin admin = new Admin(rest);
            for (String name : List.of("bert-mean", "bert-cls", "bert-rank")) {
                admin.importFolder(home, MODELS.resolve(name));
                admin.move(name, "load");
            }
            admin.alias("vectors", "bert-mean");
            vectorsComeInOrder(rest);
            theSdkDecodesWhatItAsksFor(rest);
            springAisModelGivesTheSameVectors(rest);
            documentsAreRanked(rest);
            requestsToTheWrongModelSayWhatIsAllowed(rest);
            tokensAreThoseOfTheVectors(rest);
            longTextsAreCutOnRequest(rest);
            thePlaygroundOffersOnlyModelsThatAnswer(rest);
            allIsRecorded(rest);
            filtersSeeTheTexts(rest);
            textsOfAClientThatLeavesAreNotComputed(rest);
            admin.alias("vectors", "bert-cls");
            assertThat(rest.post("/v1/embeddings", Map.of("model", "vectors", "input", "x"))
                            .get("model")
                            .asString())
                    .isEqualTo("bert-cls");
            admin.move("bert-mean", "unload");
            assertThat(admin.state("bert-mean")).isEqualTo("stored");
            assertThat(rest.send("POST", "/v1/embeddings", Map.of("model", "bert-mean", "input", "x"))
                            .statusCode())
                    .isIn(503, 200);
            crossEncodersInGgufRankAsTheirFolders(rest, admin);
        }
    }

    private static JsonNode expected(String name) {
        return new ObjectMapper()
                .readTree(MODELS.resolve(name).resolve("expected.json").toFile());
    }

    private static void vectorsComeInOrder(Rest rest) throws Exception {
        JsonNode expected = expected("bert-mean");
        List<String> texts =
                expected.path("texts").valueStream().map(JsonNode::asString).toList();
        JsonNode answer = rest.post("/v1/embeddings", Map.of("model", "vectors", "input", texts, "user", "ann"));
        assertThat(answer.get("model").asString()).isEqualTo("bert-mean");
        int tokens = expected.path("ids").valueStream().mapToInt(JsonNode::size).sum();
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(tokens);
        assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(tokens);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(answer.at("/data/" + i + "/index").asInt()).isEqualTo(i);
            assertThat(cosine(
                            numbers(answer.at("/data/" + i + "/embedding")),
                            numbers(expected.path("vectors").path(i))))
                    .isCloseTo(1, within(1e-4));
        }
        JsonNode ids = rest.post(
                "/v1/embeddings",
                Map.of("model", "vectors", "input", new ObjectMapper().convertValue(expected.path("ids"), List.class)));
        assertThat(numbers(ids.at("/data/2/embedding"))).isEqualTo(numbers(answer.at("/data/2/embedding")));
        JsonNode bytes =
                rest.post("/v1/embeddings", Map.of("model", "vectors", "input", texts, "encoding_format", "base64"));
        var decoded = ByteBuffer.wrap(
                        Base64.getDecoder().decode(bytes.at("/data/1/embedding").asString()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat((double) decoded.get(5))
                .isCloseTo(answer.at("/data/1/embedding/5").asDouble(), within(1e-7));
    }

    private static List<Double> numbers(JsonNode list) {
        return list.valueStream().map(JsonNode::asDouble).toList();
    }

    private static double cosine(List<Double> one, List<Double> other) {
        double dot = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < one.size(); i++) {
            dot += one.get(i) * other.get(i);
            first += one.get(i) * one.get(i);
            second += other.get(i) * other.get(i);
        }
        return dot / Math.sqrt(first * second);
    }

    /** OpenAI's SDK asks for base 64 by itself. */
    private static void theSdkDecodesWhatItAsksFor(Rest rest) {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(rest.url() + "/v1")
                .apiKey(RunningService.KEY)
                .maxRetries(0)
                .build();
        JsonNode expected = expected("bert-mean");
        CreateEmbeddingResponse answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("vectors")
                        .inputOfArrayOfStrings(List.of("x", "A man playing guitar"))
                        .build());
        answer.validate();
        assertThat(answer.data()).hasSize(2);
        var vector = new ArrayList<Double>();
        answer.data().get(1).embedding().forEach(number -> vector.add((double) number));
        assertThat(cosine(vector, numbers(expected.path("vectors").path(1)))).isCloseTo(1, within(1e-4));
        client.close();
    }

    /** Another Spring application, with the settings of docs/spring-ai.md. */
    private static void springAisModelGivesTheSameVectors(Rest rest) {
        JsonNode expected = expected("bert-mean");
        List<String> texts =
                expected.path("texts").valueStream().map(JsonNode::asString).toList();
        try (var application = new SpringApplicationBuilder(SpringAi.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.ai.model.embedding=openai",
                        "--spring.ai.openai.base-url=" + rest.url() + "/v1",
                        "--spring.ai.openai.api-key=" + RunningService.KEY,
                        "--spring.ai.openai.timeout=10m",
                        "--spring.ai.openai.embedding.model=vectors")) {
            EmbeddingModel model = application.getBean(EmbeddingModel.class);
            EmbeddingResponse answer = model.embedForResponse(texts);
            assertThat(answer.getMetadata().getModel()).isEqualTo("bert-mean");
            assertThat(answer.getMetadata().getUsage().getPromptTokens())
                    .isEqualTo(expected.path("ids")
                            .valueStream()
                            .mapToInt(JsonNode::size)
                            .sum());
            assertThat(answer.getResults()).hasSameSizeAs(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(answer.getResults().get(i).getIndex()).isEqualTo(i);
                assertThat(cosine(
                                doubles(answer.getResults().get(i).getOutput()),
                                numbers(expected.path("vectors").path(i))))
                        .isCloseTo(1, within(1e-4));
            }
            assertThat(model.dimensions())
                    .isEqualTo(expected.path("vectors").path(0).size());
            assertThat(cosine(
                            doubles(model.embed(new Document(texts.getFirst()))),
                            doubles(answer.getResult().getOutput())))
                    .isCloseTo(1, within(1e-4));
        }
    }

    private static List<Double> doubles(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> (double) vector[i])
                .toList();
    }

    private static void documentsAreRanked(Rest rest) throws Exception {
        JsonNode expected = expected("bert-rank");
        List<String> pair = expected.path("pairs")
                .path(0)
                .valueStream()
                .map(JsonNode::asString)
                .toList();
        JsonNode answer = rest.post(
                "/v1/rerank",
                Map.of(
                        "model",
                        "bert-rank",
                        "query",
                        pair.getFirst(),
                        "documents",
                        List.of("x", Map.of("text", pair.getLast()), "a man"),
                        "return_documents",
                        true));
        assertThat(answer.get("results")).hasSize(3);
        double before = 1;
        for (JsonNode result : answer.get("results")) {
            assertThat(result.get("relevance_score").asDouble()).isBetween(0.0, before);
            before = result.get("relevance_score").asDouble();
            if (result.get("index").asInt() == 1) {
                assertThat(result.at("/document/text").asString()).isEqualTo(pair.getLast());
                assertThat(before)
                        .isCloseTo(expected.path("vectors").path(0).path(0).asDouble(), within(1e-3));
            }
        }
        assertThat(answer.at("/usage/total_tokens").asInt()).isPositive();
        var question = Map.of("model", "bert-rank", "query", "cat", "documents", List.of("x", "a man"), "top_n", 1);
        JsonNode best = rest.post("/v1/rerank", question);
        assertThat(best.get("results")).hasSize(1);
        assertThat(best.at("/results/0").has("document")).isFalse();
        for (String other : List.of("/v2/rerank", "/rerank")) {
            assertThat(rest.post(other, question).get("results")).isEqualTo(best.get("results"));
        }
    }

    private static void tokensAreThoseOfTheVectors(Rest rest) throws Exception {
        JsonNode expected = expected("bert-mean");
        for (int i = 0; i < expected.path("texts").size(); i++) {
            JsonNode cut = rest.post(
                    "/tokenize",
                    Map.of(
                            "model",
                            "vectors",
                            "prompt",
                            expected.at("/texts/" + i).asString()));
            assertThat(cut.get("tokens")).isEqualTo(expected.at("/ids/" + i));
            assertThat(cut.get("max_model_len").asInt()).isEqualTo(128);
        }
        JsonNode words =
                rest.post("/tokenize", Map.of("model", "bert-rank", "prompt", "the cat", "add_special_tokens", false));
        assertThat(words.get("count").asInt()).isEqualTo(2);
        assertThat(rest.post("/detokenize", Map.of("model", "bert-rank", "tokens", words.get("tokens")))
                        .get("prompt")
                        .asString())
                .contains("the", "cat");
        assertThat(rest.post("/tokenize", Map.of("model", "vectors", "prompt", ""))
                        .get("count")
                        .asInt())
                .as("what the tokenizer adds")
                .isEqualTo(2);
        refused(
                rest,
                "/tokenize",
                Map.of("model", "vectors", "messages", List.of(Map.of("role", "user", "content", "x"))),
                "has no chat template");
    }

    private static void longTextsAreCutOnRequest(Rest rest) throws Exception {
        String text = "the cat ".repeat(100);
        JsonNode whole = rest.post("/v1/embeddings", Map.of("model", "vectors", "input", text, "truncate", true));
        assertThat(whole.at("/usage/prompt_tokens").asInt()).isEqualTo(128);
        JsonNode few =
                rest.post("/v1/embeddings", Map.of("model", "vectors", "input", text, "truncate_prompt_tokens", 4));
        assertThat(few.at("/usage/total_tokens").asInt()).isEqualTo(4);
        assertThat(new Admin(rest)
                        .trail("completion.intent")
                        .getLast()
                        .at("/detail/prompt_tokens")
                        .asInt())
                .as("reserved")
                .isEqualTo(4);
        assertThat(few.at("/data/0/embedding"))
                .isEqualTo(embed(rest, "vectors", "the cat").at("/data/0/embedding"));
        JsonNode ranked = rest.post(
                "/v2/rerank",
                Map.of("model", "bert-rank", "query", "a man", "documents", List.of(text), "max_tokens_per_doc", 2));
        assertThat(ranked.at("/results/0/relevance_score").asDouble())
                .isEqualTo(relevance(rest, "bert-rank", "a man", "the cat"));
    }

    private static void thePlaygroundOffersOnlyModelsThatAnswer(Rest rest) throws Exception {
        assertThat(rest.get("/v1/models/vectors").get("task").asString()).isEqualTo("embed");
        assertThat(rest.get("/v1/models/bert-rank").get("task").asString()).isEqualTo("rank");
        assertThat(rest.get("/v1/models/default").get("task").asString()).isEqualTo("generate");
        try (var session = ConsoleSession.of(rest.url(), RunningService.KEY)) {
            assertThat(session.get("/console/playground").body())
                    .contains("value=\"default\"")
                    .doesNotContain("bert-", "\"vectors\"");
        }
    }

    private static void requestsToTheWrongModelSayWhatIsAllowed(Rest rest) throws Exception {
        refused(rest, "/v1/completions", Map.of("model", "vectors", "prompt", "x"), "/v1/embeddings");
        refused(rest, "/v1/embeddings", Map.of("model", "default", "input", "x"), "/v1/chat/completions");
        refused(rest, "/v1/embeddings", Map.of("model", "bert-rank", "input", "x"), "/v1/rerank");
        refused(
                rest,
                "/v1/rerank",
                Map.of("model", "vectors", "query", "x", "documents", List.of("y")),
                "/v1/embeddings");
        var large = rest.send(
                "POST", "/v1/embeddings", Map.of("model", "vectors", "input", List.of("x", "cat ".repeat(200))));
        assertThat(large.statusCode()).isEqualTo(400);
        assertThat(large.body()).contains("\"param\":\"input[1]\"", "context_length_exceeded");
    }

    private static void refused(Rest rest, String route, Map<String, ?> body, String allowed) throws Exception {
        var answer = rest.send("POST", route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"param\":\"model\"", allowed);
    }

    private static void filtersSeeTheTexts(Rest rest) throws Exception {
        filters(
                rest,
                List.of(Map.of(
                        "name",
                        "pii",
                        "kind",
                        "personal_data",
                        "models",
                        List.of("bert-mean", "bert-rank"),
                        "handling",
                        Map.of("email", "redact", "credit_card", "block"))));
        JsonNode redacted = embed(rest, "vectors", "Write to ann@example.com");
        assertThat(redacted.at("/data/0/embedding"))
                .isEqualTo(embed(rest, "vectors", "Write to [EMAIL]").at("/data/0/embedding"));
        JsonNode unfiltered = embed(rest, "bert-cls", "Write to ann@example.com");
        assertThat(unfiltered.at("/usage/total_tokens").asInt())
                .isNotEqualTo(embed(rest, "bert-cls", "Write to [EMAIL]")
                        .at("/usage/total_tokens")
                        .asInt());
        assertThat(relevance(rest, "bert-rank", "ann@example.com", "of ann@example.com"))
                .isEqualTo(relevance(rest, "bert-rank", "[EMAIL]", "of [EMAIL]"));
        int intents = rest.get("/admin/v1/audit?kind=completion.intent&limit=1000")
                .get("data")
                .size();
        String card = "4111 1111 1111 1111";
        blocked(rest, "/v1/embeddings", Map.of("model", "vectors", "input", List.of("x", card)), "input");
        blocked(
                rest,
                "/v1/rerank",
                Map.of("model", "bert-rank", "query", card, "documents", List.of("y")),
                "documents");
        blocked(
                rest,
                "/v1/rerank",
                Map.of("model", "bert-rank", "query", "x", "documents", List.of("y", Map.of("text", card))),
                "documents");
        var ids = rest.send("POST", "/v1/embeddings", Map.of("model", "bert-mean", "input", List.of(1, 2)));
        assertThat(ids.statusCode()).isEqualTo(400);
        assertThat(ids.body()).contains("\"param\":\"input\"", "send text and not tokens");
        assertThat(rest.get("/admin/v1/audit?kind=completion.intent&limit=1000").get("data"))
                .hasSize(intents);
        assertThat(rest.get("/admin/v1/audit?kind=completion.blocked").get("data"))
                .hasSize(3);
        assertThat(rest.get("/admin/v1/audit?kind=completion.intent&limit=1000").toString())
                .contains("\"guardrails\":[{\"action\":\"redact\",\"filter\":\"pii\",\"findings\":{\"email\":1}");
        filters(rest, List.of());
    }

    /** Others of the same tenant are before it, so nothing of its own has begun. */
    private static void textsOfAClientThatLeavesAreNotComputed(Rest rest) throws Exception {
        Admin admin = new Admin(rest);
        var texts = Collections.nCopies(500, IntStream.range(0, 128).boxed().toList());
        var request = HttpRequest.newBuilder(URI.create(rest.url() + "/v1/embeddings"))
                .header("Authorization", "Bearer " + RunningService.KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        new ObjectMapper().writeValueAsString(Map.of("model", "bert-mean", "input", texts))))
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            int before = admin.trail("completion.intent").size();
            var others = IntStream.range(0, 6)
                    .mapToObj(i -> client.sendAsync(request, BodyHandlers.discarding()))
                    .toList();
            Patience.await().until(() -> admin.trail("completion.intent").size() == before + 6);
            var last = client.sendAsync(request, BodyHandlers.discarding());
            Patience.await().until(() -> admin.trail("completion.intent").size() == before + 7);
            String id =
                    admin.trail("completion.intent").getLast().get("subject").asString();
            last.cancel(true);
            requestsThatCantWaitAreRefused(rest);
            JsonNode outcome = Patience.await()
                    .until(() -> outcome(admin, id), Optional::isPresent)
                    .orElseThrow();
            assertThat(outcome.at("/detail/state").asString()).isEqualTo("cancelled");
            assertThat(outcome.at("/detail/prompt_tokens").asInt()).isLessThan(500 * 128);
            for (var other : others) {
                assertThat(other.join().statusCode()).isEqualTo(200);
            }
        }
    }

    private static void requestsThatCantWaitAreRefused(Rest rest) throws Exception {
        var text = Map.of("model", "bert-mean", "input", "x");
        var refused = rest.send("POST", "/v1/embeddings", text, "x-max-wait-ms", "1");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("overloaded", "1 ms");
        String id = refused.headers().firstValue("x-request-id").orElseThrow();
        Admin admin = new Admin(rest);
        assertThat(admin.trail("completion.intent"))
                .as("it is refused at once, or given up")
                .filteredOn(entry -> entry.get("subject").asString().equals(id))
                .allSatisfy(entry -> assertThat(outcome(admin, id)
                                .orElseThrow()
                                .at("/detail/state")
                                .asString())
                        .isEqualTo("refused"));
        assertThat(rest.send("POST", "/v1/embeddings", text, "x-max-wait-ms", "600000")
                        .statusCode())
                .isEqualTo(200);
        var pair = Map.of("model", "bert-rank", "query", "x", "documents", List.of("y"));
        assertThat(rest.send("POST", "/v1/rerank", pair, "x-max-wait-ms", "soon")
                        .statusCode())
                .isEqualTo(400);
    }

    private static Optional<JsonNode> outcome(Admin admin, String requestId) throws Exception {
        return admin.trail("completion.outcome").stream()
                .filter(entry -> entry.get("subject").asString().equals(requestId))
                .findFirst();
    }

    private static void filters(Rest rest, List<?> filters) throws Exception {
        var answer = rest.send("PUT", "/admin/v1/tenants/default/guardrails", Map.of("filters", filters));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static JsonNode embed(Rest rest, String model, String text) throws Exception {
        return rest.post("/v1/embeddings", Map.of("model", model, "input", text));
    }

    private void crossEncodersInGgufRankAsTheirFolders(Rest rest, Admin admin) throws Exception {
        admin.importFolder(home, MODELS.resolve("roberta-rank"));
        admin.importModel(home, MODELS.resolve("roberta-rank.gguf"), "roberta-gguf");
        for (String model : List.of("roberta-rank", "roberta-gguf")) {
            admin.move(model, "load");
        }
        JsonNode expected = expected("roberta-rank");
        for (int i = 0; i < expected.path("pairs").size(); i++) {
            String query = expected.at("/pairs/" + i + "/0").asString();
            String document = expected.at("/pairs/" + i + "/1").asString();
            double relevance = relevance(rest, "roberta-gguf", query, document);
            assertThat(relevance).isEqualTo(relevance(rest, "roberta-rank", query, document));
            assertThat(relevance).isCloseTo(expected.at("/vectors/" + i + "/0").asDouble(), within(1e-3));
        }
    }

    private static double relevance(Rest rest, String model, String query, String document) throws Exception {
        return rest.post("/v1/rerank", Map.of("model", model, "query", query, "documents", List.of(document)))
                .at("/results/0/relevance_score")
                .asDouble();
    }

    private static void blocked(Rest rest, String route, Map<String, ?> body, String field) throws Exception {
        var answer = rest.send("POST", route, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body())
                .contains("\"param\":\"" + field + "\"", "content_policy_violation", "filter 'pii'")
                .doesNotContain("4111");
    }

    private static void allIsRecorded(Rest rest) throws Exception {
        JsonNode used = rest.post("/v1/embeddings", Map.of("model", "bert-cls", "input", "the cat", "user", "bob"));
        int tokens = used.at("/usage/total_tokens").asInt();
        String intents = rest.get("/admin/v1/audit?kind=completion.intent").toString();
        assertThat(intents).contains("\"user\":\"bob\"", "\"prompt_tokens\":" + tokens);
        String outcomes = rest.get("/admin/v1/audit?kind=completion.outcome").toString();
        assertThat(outcomes).contains("\"model\":\"bert-cls\"", "\"state\":\"done\"", "\"completion_tokens\":0");
        assertThat(rest.get("/admin/v1/tenants/default/usage").toString()).contains("bert-cls");
    }
}
