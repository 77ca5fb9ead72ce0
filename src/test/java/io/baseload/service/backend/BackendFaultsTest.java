package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.backend.BackendHealth.State;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.Patience;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend that answers well, badly, late, or not at all. */
class BackendFaultsTest {
    private static final Duration LONG = LoopbackConnections.LONG;
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    Path home;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = connections(LONG);
    }

    private BackendConnections connections(Duration betweenProbes) {
        return LoopbackConnections.of(home, registry, betweenProbes);
    }

    private void probeOften() {
        connections.close();
        connections = connections(Duration.ofMillis(200));
    }

    private static Reason reason(Throwable failure) {
        return ((UpstreamException) failure).reason();
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void anAnswerComesWithItsUsageAndTheRequestSaysWhatWasAsked() throws Exception {
        server.says("m", 11, "Hello", " wörld");
        var heard = ask("m", LONG);
        assertThat(heard.finished().usage()).isEqualTo(new Usage(11, 2));
        assertThat(heard.answer.text()).isEqualTo("Hello wörld");
        var request = server.requests().getFirst();
        assertThat(request.body().at("/stream_options/include_usage").asBoolean())
                .isTrue();
        assertThat(request.body().at("/messages/0/content").asString()).isEqualTo("Hi");
        assertThat(request.body().get("max_tokens").asInt()).isEqualTo(20);
        assertThat(request.head()).contains("Authorization: Bearer secret-key");
        assertThat(client().state()).isEqualTo(State.UP);
        assertThat(requests("ok")).isEqualTo(1);
        assertThat(registry.get("baseload.backend.time_to_first_byte").timer().count())
                .isEqualTo(1);
    }

    @Test
    void whereTheUsageIsMissingItIsCountedAndSaidSo() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.text("b");
            connection.text("c");
            connection.finish("length");
            connection.done();
        });
        Usage usage = ask("m", LONG).finished().usage();
        assertThat(usage.completion()).isEqualTo(3);
        assertThat(usage.estimated()).isTrue();
        assertThat(usage.prompt()).isBetween(1, prepared("m").promptTokens());
    }

    @Test
    void aCutStreamSettlesWhatCameAndFails() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.text("b");
            connection.send("data: {\"choices\":[{\"ind");
        });
        CompletionEvent.Failed failed = ask("m", LONG).failed();
        assertThat(reason(failed.cause())).isEqualTo(Reason.FAILED);
        assertThat(failed.usage().completion()).isEqualTo(2);
        assertThat(failed.usage().estimated()).isTrue();
        assertThat(client().health().lastError()).isPresent();
    }

    @Test
    void silenceInTheMiddleEndsTheAnswer() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.awaitClose();
            closed.complete(true);
        });
        connections.use(List.of(backend(LONG, SHORT, 4)));
        Patience.await().until(() -> {
            var failed = start("m", BackendFaultsTest::unlimited).failed();
            assertThat(reason(failed.cause())).isEqualTo(Reason.TIMEOUT);
            return failed.usage().completion() == 1; // its word came within that time
        });
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void givesUpABackendThatDoesNotBeginInTime() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.awaitClose();
            closed.complete(true);
        });
        var asked = new AtomicInteger();
        Patience.await().until(() -> {
            asked.incrementAndGet();
            assertThat(reason(catchThrowable(() -> ask("m", SHORT)))).isEqualTo(Reason.TIMEOUT);
            return !server.requests().isEmpty(); // it was asked within that time
        });
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(requests("timeout")).isEqualTo(asked.get());
    }

    @Test
    void aSlowFirstByteIsWaitedFor() throws Exception {
        server.on("m", connection -> {
            Thread.sleep(500);
            connection.stream();
            connection.text("late");
            connection.finish("stop");
            connection.usage(1, 1);
            connection.done();
        });
        assertThat(ask("m", LONG).finished().usage()).isEqualTo(new Usage(1, 1));
    }

    @Test
    void refusalsSayWhoseFaultItIs() throws Exception {
        server.on("busy", connection -> connection.whole(429, "Retry-After: 59\r\n", "{}"));
        assertThatThrownBy(() -> ask("busy", LONG))
                .isInstanceOfSatisfying(
                        OverloadedException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(59)));
        assertThat(client().state(new Backend.Offer("busy", "busy"), "any")).isEqualTo(State.COOLING);

        server.on("broken", connection -> connection.whole(500, "", "{\"error\":{\"message\":\"at /srv/secret.py\"}}"));
        assertThatThrownBy(() -> ask("broken", LONG))
                .isInstanceOf(UpstreamException.class)
                .hasMessageNotContaining("secret");
        assertThat(client().health().lastError()).contains("answered 500: at /srv/secret.py");

        server.on(
                "refuses",
                connection -> connection.whole(
                        400,
                        "",
                        "{\"error\":{\"message\":\"too"
                                + " long\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"));
        assertThatThrownBy(() -> ask("refuses", LONG)).isInstanceOfSatisfying(InvalidRequestException.class, e -> {
            assertThat(e.code()).isEqualTo("context_length_exceeded");
            assertThat(e.getMessage()).endsWith("refuses the request: too long");
        });
        assertThatThrownBy(() -> ask("unknown", LONG)).isInstanceOf(UpstreamException.class);
        assertThat(requests("overloaded")).isEqualTo(1);
    }

    @Test
    void garbageIsNoAnswer() throws Exception {
        server.on("page", connection -> connection.whole(200, "Content-Type: text/html\r\n", "<html>"));
        assertThatThrownBy(() -> ask("page", LONG)).hasMessageContaining("text/html instead of an event stream");
        server.on("noise", connection -> {
            connection.stream();
            connection.event("{\"choices\": nonsense");
            connection.awaitClose();
        });
        assertThat(ask("noise", LONG).failed().cause()).isInstanceOf(UpstreamException.class);
        server.on("noHttp", connection -> connection.send("hello\r\n\r\n"));
        assertThatThrownBy(() -> ask("noHttp", LONG)).isInstanceOf(UpstreamException.class);
        server.on("error", connection -> {
            connection.stream();
            connection.text("a");
            connection.event("{\"error\":{\"message\":\"out of memory\"}}");
            connection.awaitClose();
        });
        assertThat(ask("error", LONG).failed().usage().completion()).isEqualTo(1);
        server.on("choices", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":7,\"delta\":{\"content\":\"a\"}}]}");
            connection.awaitClose();
        });
        assertThat(ask("choices", LONG).failed().cause()).isInstanceOf(UpstreamException.class);
        server.on("values", connection -> {
            connection.stream();
            connection.event("{\"x\":[" + "{},".repeat(60_000) + "{}],"
                    + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
            connection.done();
        });
        assertThat(ask("values", LONG).failed().cause()).isInstanceOf(UpstreamException.class);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        server.says("elsewhere", 1, "never");
        server.on(
                "m",
                connection ->
                        connection.whole(307, "Location: " + server.url() + "/chat/completions?to=elsewhere\r\n", ""));
        assertThatThrownBy(() -> ask("m", LONG)).hasMessageContaining("redirects are not followed");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void cancellingClosesTheConnectionToTheBackend() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            connection.awaitClose();
            closed.complete(true);
        });
        var heard = ask("m", LONG);
        heard.awaitPiece();
        heard.completion.cancel();
        assertThat(heard.finished().cancelled()).isTrue();
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(requests("cancelled")).isEqualTo(1);
        assertThat(client().state()).isEqualTo(State.UP);
    }

    @Test
    void anAnswerEndsWhereItsLeaseDoes() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.stream();
            for (int i = 0; i < 10; i++) {
                connection.text("w");
            }
            connection.awaitClose();
            closed.complete(true);
        });
        connections.use(List.of(backend(LONG, LONG, 4)));
        var unbounded = CompletionRequest.chat(List.of(Message.user("Hi")));
        var heard = new HeardAnswer();
        client().completions(new Backend.Offer("m", "m"))
                .prepare(unbounded)
                .start(answer -> produced -> produced < 3 ? Lease.Answer.GO : Lease.Answer.END, heard::accept);
        assertThat(heard.finished().usage().completion()).isBetween(3, 4);
        assertThat(heard.answer.text()).isEqualTo("www");
        assertThat(heard.reason).isEqualTo(StopReason.LENGTH);
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void oneThatHasEnoughToDoIsNotAsked() throws Exception {
        var go = new CountDownLatch(1);
        server.on("m", connection -> {
            connection.stream();
            connection.text("a");
            go.await();
            connection.finish("stop");
            connection.usage(1, 1);
            connection.done();
        });
        connections.use(List.of(backend(LONG, LONG, 1)));
        var first = start("m", BackendFaultsTest::unlimited);
        first.awaitPiece();
        assertThatThrownBy(() -> start("m", BackendFaultsTest::unlimited))
                .isExactlyInstanceOf(OverloadedException.class);
        go.countDown();
        first.finished();
        Patience.await()
                .until(() -> registry.get("baseload.backend.running").gauge().value() == 0);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void toolCallsAreMended() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning\":\"Hm.\"}}]}");
            connection.event(
                    "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"one\",\"function\":"
                            + "{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}]}}]}");
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
                    + "{\"arguments\":\"1}\"}}]}}]}");
            connection.event(
                    "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"two\",\"function\":"
                            + "{\"name\":\"g\",\"arguments\":{\"b\":2}}}]}}]}");
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":"
                    + "{\"name\":\"h\"}}]}}]}");
            connection.finish("stop");
            connection.usage(5, 9);
            connection.done();
        });
        connections.use(List.of(backend(LONG, LONG, 4)));
        var tool = new ToolSpec("f", "does it", "{\"type\":\"object\"}", false);
        var heard = new HeardAnswer();
        client().completions(new Backend.Offer("m", "m"))
                .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))).withTools(ToolSet.auto(List.of(tool))))
                .start(BackendFaultsTest::unlimited, heard::accept);
        heard.finished();
        assertThat(heard.answer.reasoning()).isEqualTo("Hm.");
        assertThat(heard.answer.calls()).extracting(ToolCall::name).containsExactly("f", "g", "h");
        assertThat(heard.answer.calls())
                .extracting(ToolCall::arguments)
                .containsExactly("{\"a\":1}", "{\"b\":2}", "{}");
        assertThat(heard.reason).isEqualTo(StopReason.TOOL_CALLS);
        var sent = server.requests().getFirst().body();
        assertThat(sent.at("/tools/0/function/parameters/type").asString()).isEqualTo("object");
        assertThat(sent.get("tool_choice").asString()).isEqualTo("auto");
    }

    @Test
    void interleavedCallsArePassedOnOneAfterTheOther() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.event(call(0, "\"id\":\"one\",", "\"name\":\"f\""));
            connection.event(call(1, "\"id\":\"two\",", "\"name\":\"g\""));
            connection.event(call(0, "", "\"arguments\":\"{\\\"a\\\":\""));
            connection.event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Two calls.\"}}]}");
            connection.event(call(1, "", "\"arguments\":\"{\\\"b\\\":\""));
            connection.event(call(0, "", "\"arguments\":\"1}\""));
            connection.event(call(1, "", "\"arguments\":\"2}\""));
            connection.event(call(2, "\"id\":\"three\",", "\"name\":\"h\""));
            connection.finish("tool_calls");
            connection.usage(5, 9);
            connection.done();
        });
        connections.use(List.of(backend(LONG, LONG, 4)));
        var heard = new HeardAnswer();
        var pieces = new ArrayList<String>();
        client().completions(new Backend.Offer("m", "m"))
                .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))))
                .start(BackendFaultsTest::unlimited, event -> {
                    switch (event) {
                        case CompletionEvent.Text text -> pieces.add(text.text());
                        case CompletionEvent.ToolCallStarted call -> pieces.add(call.index() + call.name());
                        case CompletionEvent.ToolCallArguments part -> pieces.add(part.index() + part.fragment());
                        default -> {}
                    }
                    heard.accept(event);
                });
        heard.finished();
        assertThat(pieces).containsExactly("0f", "0{\"a\":", "01}", "1g", "1{\"b\":2}", "2h", "2{}", "Two calls.");
    }

    private static String call(int index, String id, String function) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":" + index + "," + id + "\"function\":{"
                + function + "}}]}}]}";
    }

    @Test
    void aProbeTakesABackendDownAndUp() throws Exception {
        probeOften();
        connections.use(List.of(backend(LONG, LONG, 4)));
        server.probeAnswers(500);
        Patience.await().until(() -> client().state() == State.DOWN);
        assertThat(registry.get("baseload.backend.up").gauge().value()).isZero();
        server.probeAnswers(200);
        Patience.await().until(() -> client().state() == State.UP);
        assertThat(client().health().lastError().orElse("")).contains("500");
    }

    @Test
    void nobodyIsThere() throws Exception {
        probeOften();
        connections.use(List.of(backend(LONG, LONG, 4)));
        server.close();
        assertThat(reason(catchThrowable(() -> start("m", BackendFaultsTest::unlimited))))
                .isEqualTo(Reason.UNREACHABLE);
        Patience.await().until(() -> client().state() == State.DOWN);
    }

    @Test
    void onlyListedAddressesAndFitKeysAreTaken() {
        for (String bad : List.of(
                "http://localhost:1/v1",
                "http://169.254.169.254/latest",
                "file:///etc/passwd",
                "http://user@127.0.0.1/v1",
                "http://127.0.0.1/v1?x=1",
                "http://127.0.0.1.example.org/v1",
                "nonsense")) {
            assertThatThrownBy(() -> connections.address(bad))
                    .as(bad)
                    .isInstanceOfSatisfying(
                            InvalidRequestException.class,
                            e -> assertThat(e.field()).isEqualTo("base_url"));
        }
        assertThat(connections.address("http://127.0.0.1:9/v1/")).isEqualTo(URI.create("http://127.0.0.1:9/v1"));
        for (Secret bad : List.of(
                new Secret.Environment("SPRING_DATASOURCE_PASSWORD"),
                new Secret.Environment("NO_SUCH_VARIABLE_AT_ALL"),
                new Secret.InFile("../audit-key.pem"),
                new Secret.InFile("missing"),
                new Secret.Given("two\nlines"))) {
            assertThatThrownBy(() -> connections.check(bad)).isInstanceOf(InvalidRequestException.class);
        }
        assertThat(new Secret.Given("secret").toString()).doesNotContain("secret");
    }

    private Backend backend(Duration firstByte, Duration idle, int concurrent) {
        return new Backend(
                "b",
                URI.create(server.url()),
                new Secret.Given("secret-key"),
                List.of(new Backend.Offer("m", "m")),
                new Backend.Limits(firstByte, idle, concurrent, "max_tokens", true),
                Instant.EPOCH);
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private HeardAnswer ask(String model, Duration firstByte) {
        connections.use(List.of(backend(firstByte, LONG, 4)));
        return start(model, BackendFaultsTest::unlimited);
    }

    private HeardAnswer start(String model, IntFunction<Lease> leases) {
        var heard = new HeardAnswer();
        heard.completion = prepared(model).start(leases, heard::accept);
        return heard;
    }

    private PreparedCompletion prepared(String model) {
        var question = CompletionRequest.chat(List.of(Message.user("Hi")));
        var bounded = new CompletionRequest(
                question.input(),
                question.tools(),
                1,
                1,
                OptionalInt.of(20),
                question.sampling(),
                List.of(),
                -1,
                question.format(),
                false);
        return client().completions(new Backend.Offer(model, model)).prepare(bounded);
    }

    private static Lease unlimited(int answer) {
        return Lease.unlimited();
    }

    private double requests(String outcome) {
        return registry.get("baseload.backend.requests")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
