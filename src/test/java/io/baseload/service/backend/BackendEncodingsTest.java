package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.NoRoomForOutputsException;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.chat.api.RunningEncoding;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Usage;
import io.baseload.service.backend.BackendHealth.State;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.FullServer;
import io.baseload.testing.Patience;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that computes vectors and ranks documents, well or badly, or doesn't know how. */
class BackendEncodingsTest {
    private static final Duration LONG = LoopbackConnections.LONG;

    @TempDir
    Path home;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, registry);
        use(server.url(), LONG);
    }

    private void use(String url, Duration idle) {
        connections.use(List.of(new Backend(
                "b",
                URI.create(url),
                new Secret.Given("secret-key"),
                List.of(new Backend.Offer("m", "m")),
                new Backend.Limits(LONG, idle, 1, "max_tokens", true),
                Instant.EPOCH)));
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void vectorsComeInTheOrderOfTheTexts() {
        answers("{\"object\":\"list\",\"data\":[" + entry(1, "[0.5,-1e-3,2]") + "," + entry(0, "[1,0.25,-3.5]")
                + "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}");
        var running = ask(texts("one", "two"));
        assertThat(running.outputs().join())
                .containsExactly(new float[] {1, 0.25f, -3.5f}, new float[] {0.5f, -0.001f, 2});
        assertThat(running.usage()).isEqualTo(new Usage(7, 0));
        var request = server.requests().getFirst();
        assertThat(request.head()).startsWith("POST /v1/embeddings ").contains("Authorization: Bearer secret-key");
        assertThat(request.body().toString()).isEqualTo("{\"model\":\"m\",\"input\":[\"one\",\"two\"]}");
        assertThat(requests("ok")).isEqualTo(1);
    }

    @Test
    void vectorsInBase64AreTheSame() {
        var bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putFloat(0.1f).putFloat(-7);
        answers(data(entry(0, '"' + Base64.getEncoder().encodeToString(bytes.array()) + '"')));
        assertThat(ask(texts("x")).outputs().join()).containsExactly(new float[] {0.1f, -7});
    }

    @Test
    void whatTheRequestHasIsPassedOn() {
        answers(data(entry(0, "[3,4]")));
        var named = new EncodingInput.Texts(List.of("x"), Optional.of("query"));
        assertThat(ask(new EncodingRequest(named, OptionalInt.of(2))).outputs().join())
                .as("of the length that was asked for")
                .containsExactly(new float[] {3, 4});
        assertThat(server.requests().getLast().body().toString())
                .isEqualTo("{\"model\":\"m\",\"input\":[\"x\"],\"prompt_name\":\"query\",\"dimensions\":2}");
        ask(new EncodingRequest(new EncodingInput.Tokens(List.of(new int[] {5, 6})), OptionalInt.empty()))
                .outputs()
                .join();
        assertThat(server.requests().getLast().body().get("input").toString()).isEqualTo("[[5,6]]");
    }

    @Test
    void aBackendThatDoesNotKnowDimensionsNeedNot() {
        answers(data(entry(0, "[3,4,12]")));
        var request = new EncodingRequest(texts("x").input(), OptionalInt.of(2));
        assertThat(ask(request).outputs().join()).containsExactly(new float[] {0.6f, 0.8f});
    }

    @Test
    void moreDimensionsThanTheModelHasAreTheRequestsFault() {
        answers("{\"data\":[" + entry(0, "[3,4,12]") + "],\"usage\":{\"prompt_tokens\":7}}");
        var running = ask(new EncodingRequest(texts("x").input(), OptionalInt.of(4)));
        assertRefused(running, "dimensions", "Invalid 'dimensions': this model's vectors have 3 numbers.");
        assertThat(running.usage()).as("they were computed").isEqualTo(new Usage(7, 0));
    }

    @Test
    void vectorsOfTokensAreTheRequestsFault() {
        answers(data(entry(0, "[[1,2],[3,4]]")));
        assertRefused(
                ask(texts("x")),
                "model",
                "The backend sent a vector for each token, not for each text: this model is not for embeddings.");
    }

    private void assertRefused(RunningEncoding running, String field, String message) {
        assertThat(catchThrowable(() -> running.outputs().join()))
                .cause()
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessage(message);
        assertThat(client().state()).isEqualTo(State.UP);
        assertThat(requests("refused")).isEqualTo(1);
    }

    @Test
    void aBackendIsNotAskedForVectorsThatFindNoRoom() {
        answers(data(entry(0, "[1,2,3]")));
        try (var held = client().vectors().share(FlowId.NONE.value())) {
            VectorMemoryTest.fill(held);
            assertThatThrownBy(() -> ask(texts("x"))).isInstanceOf(NoRoomForOutputsException.class);
            assertThat(server.requests()).isEmpty();
        }
        ask(texts("x")).outputs().join();
    }

    @Test
    void aBackendIsNotAskedForVectorsThatFindNoRoomBesideThoseThatItComputes() {
        int length = 60_000;
        answers(data(entry(0, "[1" + ",1".repeat(length - 1) + "]")));
        try (var first = ask(texts("x"))) {
            assertThat(first.outputs().join()).hasSize(1);
        }
        server.on("m", connection -> {
            begin(connection);
            connection.awaitClose();
        });
        var running = ask(texts("x"));
        var memory = client().vectors();
        assertThat(memory.taken()).as("expected").isEqualTo(length);
        try (var held = memory.share(FlowId.NONE.value())) {
            assertThatThrownBy(() -> {
                        while (true) {
                            held.take(length);
                        }
                    })
                    .isInstanceOf(NoRoomForOutputsException.class);
            assertThatThrownBy(() -> ask(texts("x"))).isInstanceOf(NoRoomForOutputsException.class);
        }
        assertThat(server.requests()).hasSize(2);
        running.outputs().cancel(true);
        Patience.await().until(() -> memory.taken() == 0);
        server.on("m", ScriptedBackend.Connection::awaitClose);
        assertThat(abandoned(() -> false)).isNotNull();
        assertThat(memory.taken()).as("of a request that didn't begin").isZero();
    }

    @Test
    void vectorsTakeMemoryUntilTheyAreSent() {
        answers(data(entry(0, "[1,2,3]")));
        var running = ask(texts("x"));
        running.outputs().join();
        assertThat(client().vectors().taken()).isEqualTo(3);
        running.close();
        running.close();
        assertThat(client().vectors().taken()).isZero();
        answers(data(entry(0, "[1,2,3]"), entry(1, "[1,null]")));
        assertBad(ask(texts("x", "y")));
        assertThat(client().vectors().taken()).as("of a bad answer").isZero();
    }

    @Test
    void aPromptsNameIsNoText() {
        for (String name : List.of("my iban is DE89", "x".repeat(65), "a\nb")) {
            var named = new EncodingInput.Texts(List.of("x"), Optional.of(name));
            assertThatThrownBy(() -> prepare(new EncodingRequest(named, OptionalInt.empty())))
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            e -> assertThat(e.field()).isEqualTo("prompt_name"));
        }
    }

    @Test
    void documentsAreRankedInEveryForm() {
        var request = documents("q", "a", "b");
        answers("{\"id\":\"r\",\"results\":[{\"index\":1,\"relevance_score\":0.9,\"document\":{\"text\":\"b\"}},"
                + "{\"index\":0,\"relevance_score\":0.1}],\"usage\":{\"total_tokens\":9}}");
        var jina = ask(request);
        assertThat(jina.outputs().join()).containsExactly(new float[] {0.1f}, new float[] {0.9f});
        assertThat(jina.usage()).isEqualTo(new Usage(9, 0));
        assertThat(server.requests().getFirst().head()).startsWith("POST /v1/rerank ");
        assertThat(server.requests().getFirst().body().toString())
                .isEqualTo("{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]}");

        answers("{\"results\":[{\"index\":0,\"relevance_score\":-3.5},{\"index\":1,\"relevance_score\":2}],"
                + "\"meta\":{\"billed_units\":{\"search_units\":1}}}");
        var cohere = ask(request);
        assertThat(cohere.outputs().join()).containsExactly(new float[] {-3.5f}, new float[] {2});
        assertThat(cohere.usage()).isEqualTo(new Usage(2, 0, 0, true));

        answers("[{\"score\":0.5,\"document\":\"b\",\"index\":1,\"meta_info\":{\"id\":\"1\"}},"
                + "{\"score\":0.25,\"document\":\"a\",\"index\":0}]");
        assertThat(ask(request).outputs().join()).as("SGLang's").containsExactly(new float[] {0.25f}, new float[] {0.5f
        });
    }

    @Test
    void tokensAreBoundedBeforeAndEstimatedIfTheBackendDoesNotCountThem() {
        answers(data(entry(0, "[1]"), entry(1, "[2]")));
        PreparedEncoding prepared = prepare(texts("wörd", "x".repeat(400)));
        assertThat(prepared.likelyTokens()).isEqualTo(2 + 100);
        assertThat(prepared.tokens()).isGreaterThanOrEqualTo(5 + 400);
        var running = prepared.start();
        running.outputs().join();
        assertThat(running.usage()).isEqualTo(new Usage(102, 0, 0, true));
        var ligature = prepare(texts("\uFDFA"));
        assertThat(ligature.tokens())
                .as("its compatible form has 18 characters")
                .isGreaterThanOrEqualTo(33);
        assertThat(ligature.likelyTokens()).isEqualTo(1);
        var ids = new EncodingInput.Tokens(List.of(new int[] {1000, 1001, 1002}));
        assertThat(prepare(new EncodingRequest(ids, OptionalInt.empty())).likelyTokens())
                .isEqualTo(3);
        var many = Collections.nCopies(2048, "a document");
        var pairs = new EncodingInput.Documents("q".repeat(1 << 21), many);
        assertThat(prepare(new EncodingRequest(pairs, OptionalInt.empty())).tokens())
                .as("the query counts with each document")
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void longRunsOfMarksAndLongCompatibleFormsAreCountedAtTheCostOfOtherTexts() {
        int pairs = 1 << 18;
        assertThat(prepare(texts("a" + "\u030D\u0316".repeat(pairs))).tokens())
                .as("marks of two classes, each of which has to be moved past all before it")
                .isGreaterThanOrEqualTo(1 + 4 * pairs);
        int ligatures = (8 << 20) / 3;
        var input = texts("\uFDFA".repeat(ligatures));
        assertThat(prepare(input).tokens()).isGreaterThanOrEqualTo(33 * ligatures);
        assertThatThrownBy(
                        () -> client().encodings(new Backend.Offer("far", "m")).prepare(input, FlowId.NONE, 300_000))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("input"))
                .hasMessageContaining("at most 300000 tokens");
        String mathematical = "\uD835\uDC00".repeat(1000);
        assertThat(prepare(texts("a" + mathematical)).tokens())
                .as("no character is cut in two")
                .isBetween(1 + 4 * 1000, 1 + 4 * 1000 + 100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"text\"",
                "{\"error\":{\"message\":\"out of memory\"}}",
                "{\"data\":[]}",
                "{\"data\":[[1,2]]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"embedding\":[1]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1,2]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[null]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[[1]]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[NaN]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1e39]}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"AADAfw==\"}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"AADA\"}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"%\"}]}",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[2]}]",
                "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[2]}]}{}"
            })
    void badAnswersAreFailures(String answer) {
        answers(answer);
        assertBad(ask(texts("one", "two")));
        assertThat(client().state()).isEqualTo(State.COOLING);
        assertThat(requests("failed")).isEqualTo(1);
    }

    @Test
    void vectorsWithoutEndAreFailures() {
        server.on("m", connection -> {
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":[{\"embedding\":[0");
            while (true) {
                connection.send(",1".repeat(1000));
            }
        });
        assertBad(ask(texts("x")));
    }

    @Test
    void scoresThatAreNoneAreFailures() {
        answers("{\"results\":[{\"index\":0,\"relevance_score\":null}]}");
        assertBad(ask(documents("q", "a")));
        answers("{\"results\":[{\"index\":0,\"embedding\":[1]}]}");
        assertBad(ask(documents("q", "a")));
    }

    @Test
    void anAnswerThatIsCutOrNotJsonIsAFailure() {
        String whole = data(entry(0, "[1,2,3]"));
        server.on(
                "m",
                connection -> connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                        + (whole.length() + 1) + "\r\n\r\n" + whole));
        assertBad(ask(texts("x")));
        server.on("m", connection -> connection.whole(200, "Content-Type: text/html\r\n", "<html>"));
        assertThatThrownBy(() -> ask(texts("x"))).hasMessageContaining("text/html instead of JSON");
    }

    @Test
    void aMissingRouteIsNotTheBackendsFailure() {
        for (int status : new int[] {404, 405, 501}) {
            server.on("m", connection -> connection.whole(status, "", "File Not Found"));
            assertThatThrownBy(() -> ask(documents("q", "a")))
                    .isInstanceOfSatisfying(
                            UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED))
                    .hasMessageContaining("answers POST /rerank with " + status);
        }
        assertThat(client().state()).isEqualTo(State.UP);
        assertThat(requests("refused")).isEqualTo(3);
        assertThat(requests("failed")).isZero();
    }

    @Test
    void refusalsSayWhoseFaultItIs() {
        server.on("m", connection -> connection.whole(400, "", "{\"error\":{\"message\":\"too long\"}}"));
        assertThatThrownBy(() -> ask(texts("x"))).isInstanceOfSatisfying(InvalidRequestException.class, e -> {
            assertThat(e.field()).isEqualTo("input");
            assertThat(e.getMessage()).endsWith("refuses the request: too long");
        });
        assertThat(client().state()).isEqualTo(State.UP);
        server.on("m", connection -> connection.whole(429, "Retry-After: 9\r\n", "{}"));
        assertThatThrownBy(() -> ask(texts("x")))
                .isInstanceOfSatisfying(
                        UpstreamBusyException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(9)));
        server.on("m", connection -> connection.whole(500, "", "{}"));
        assertThat(catchThrowable(() -> ask(texts("x")))).isInstanceOf(UpstreamException.class);
        assertThat(client().state()).isEqualTo(State.COOLING);
    }

    @Test
    void silenceInTheMiddleEndsIt() throws Exception {
        use(server.url(), Duration.ofMillis(300));
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            begin(connection);
            connection.awaitClose();
            closed.complete(true);
        });
        assertThat(reason(ask(texts("x")))).isEqualTo(Reason.TIMEOUT);
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void cancellingClosesTheConnection() throws Exception {
        var begun = new CountDownLatch(1);
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            begin(connection);
            begun.countDown();
            connection.awaitClose();
            closed.complete(true);
        });
        var running = ask(texts("four", "more"));
        assertThat(begun.await(5, TimeUnit.MINUTES)).isTrue();
        running.outputs().cancel(true);
        assertThat(running.usage()).as("it has computed them").isEqualTo(new Usage(2, 0, 0, true));
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        Patience.await().until(() -> requests("cancelled") == 1);
        Patience.await()
                .until(() -> registry.get("baseload.backend.running").gauge().value() == 0);
        assertThat(client().state()).isEqualTo(State.UP);
    }

    @Test
    void whatNobodyWantsIsTakenBackBeforeItBegins() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.awaitClose();
            closed.complete(true);
        });
        assertThat(abandoned(() -> server.requests().isEmpty()).begun()).isTrue();
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(requests("cancelled")).isEqualTo(1);
    }

    @Test
    void whatNobodyWantsBeforeThereIsAConnectionHasNotBegun() throws Exception {
        try (var full = new FullServer()) {
            use(full.url(), LONG);
            assertThat(abandoned(() -> false).begun()).isFalse();
        }
    }

    private static void begin(ScriptedBackend.Connection connection) throws IOException {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":[");
    }

    private void answers(String body) {
        server.on("m", connection -> connection.json(body));
    }

    private static String data(String... entries) {
        return "{\"data\":[" + String.join(",", entries) + "]}";
    }

    private static String entry(int index, String embedding) {
        return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":" + embedding + "}";
    }

    private static EncodingRequest texts(String... texts) {
        return new EncodingRequest(new EncodingInput.Texts(List.of(texts), Optional.empty()), OptionalInt.empty());
    }

    private static EncodingRequest documents(String query, String... documents) {
        return new EncodingRequest(new EncodingInput.Documents(query, List.of(documents)), OptionalInt.empty());
    }

    private PreparedEncoding prepare(EncodingRequest request) {
        return client().encodings(new Backend.Offer("far", "m")).prepare(request);
    }

    private RunningEncoding ask(EncodingRequest request) {
        return prepare(request).start();
    }

    private AbandonedException abandoned(BooleanSupplier wanted) {
        return catchThrowableOfType(
                AbandonedException.class, () -> prepare(texts("x")).start(() -> {}, wanted));
    }

    private static void assertBad(RunningEncoding running) {
        assertThat(reason(running)).isEqualTo(Reason.FAILED);
    }

    private static Reason reason(RunningEncoding running) {
        Throwable failure = catchThrowable(() -> running.outputs().join());
        assertThat(failure).isInstanceOf(CompletionException.class).hasCauseInstanceOf(UpstreamException.class);
        return ((UpstreamException) failure.getCause()).reason();
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private double requests(String outcome) {
        var counter = registry.get("baseload.backend.requests").tag("outcome", outcome);
        return counter.counter().count();
    }
}
