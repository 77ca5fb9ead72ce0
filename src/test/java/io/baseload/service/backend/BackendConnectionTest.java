package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.backend.BackendHealth.State;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.Patience;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connections to a backend: how long a request waits on one, when they are used again, and the keys sent over them. */
class BackendConnectionTest {
    /** An answer whose end is known, with a comment after its last event. */
    private static final String ANSWER = """
        data: {"choices":[{"index":0,"delta":{"content":"Fine"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}

        data: [DONE]

        : the end

        """;

    @TempDir
    Path home;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, registry);
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void aRequestWaitsNoLongerThanItsPatience() throws Exception {
        var closed = new CompletableFuture<Boolean>();
        server.on("m", connection -> {
            connection.awaitClose();
            closed.complete(true);
        });
        use(new Secret.None());
        Patience.await().until(() -> {
            assertThatThrownBy(() -> start(Duration.ofMillis(300)))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("maximum wait");
            return !server.requests().isEmpty(); // it was asked within that time
        });
        assertThat(closed.get(5, TimeUnit.MINUTES)).isTrue();
        assertThat(client().health().lastError())
                .as("it cools down")
                .hasValueSatisfying(error -> assertThat(error).contains("did not begin to answer"));
        int asked = server.requests().size();
        assertThatThrownBy(() -> start(Duration.ZERO)).isExactlyInstanceOf(OverloadedException.class);
        assertThat(server.requests()).hasSize(asked);
        server.says("m", 1, "Fine");
        start(LoopbackConnections.LONG).finished();
    }

    /** As when its machine is gone and connections to it were kept. */
    @Test
    void aSilentBackendIsProbedAlthoughItHasRequests() throws Exception {
        server.on("m", ScriptedBackend.Connection::awaitClose);
        use(new Secret.None(), Duration.ofMillis(500));
        server.probeAnswers(500);
        var stop = new AtomicBoolean();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2; i++) {
                clients.execute(() -> {
                    while (!stop.get()) {
                        assertThatThrownBy(() -> start(Duration.ofMillis(400))).isInstanceOf(OverloadedException.class);
                    }
                });
            }
            try {
                Patience.await().until(() -> {
                    client().probe();
                    return client().state() == State.DOWN;
                });
            } finally {
                stop.set(true);
            }
        }
    }

    @Test
    void requestsAreCountedFromZero() {
        use(new Secret.None());
        assertThat(registry.get("baseload.backend.requests").counters())
                .hasSize(BackendOutcome.values().length)
                .allMatch(counter -> counter.count() == 0);
    }

    @Test
    void aConnectionServesTheNextRequest() throws Exception {
        server.on("m", BackendConnectionTest::answerAndKeep);
        use(new Secret.None());
        // a machine that stops for a second makes the end of an answer look too late
        Patience.await().until(() -> {
            ask();
            ask();
            var requests = server.requests().reversed();
            return requests.get(0).connection() == requests.get(1).connection();
        });
    }

    @Test
    void anIdleConnectionThatTheServerClosesFailsNoRequest() throws Exception {
        Set<InputStream> used = ConcurrentHashMap.newKeySet();
        server.on("m", connection -> {
            if (used.add(connection.in())) { // the second one arrives when the connection is being closed
                answerAndKeep(connection);
            }
        });
        use(new Secret.None());
        ask();
        // a machine that stops for a second makes it look like the end of a computation
        Patience.await().ignoreExceptionsInstanceOf(UpstreamException.class).until(() -> {
            int before = server.requests().size();
            ask();
            return server.requests().size() == before + 2;
        });
        var requests = server.requests().reversed();
        assertThat(requests.get(0).connection()).isNotEqualTo(requests.get(1).connection());
        assertThat(requests.get(1).connection()).isEqualTo(requests.get(2).connection());
        assertThat(client().state()).isEqualTo(State.UP);
    }

    @Test
    void aNewConnectionThatTheServerClosesIsNotTriedAgain() {
        server.on("m", connection -> {});
        use(new Secret.None());
        assertFailsWithOneRequest();
        assertThat(client().state()).isEqualTo(State.COOLING);
    }

    /** The server may have computed the answer, and would do so again. */
    @Test
    void aConnectionThatEndsLaterIsNotTriedAgain() throws Exception {
        server.on("m", BackendConnectionTest::answerAndKeep);
        use(new Secret.None());
        ask();
        server.on("m", connection -> Thread.sleep(1_500));
        assertFailsWithOneRequest();
    }

    @Test
    void anAnswerThatEndsWithinItsHeadersIsNotRequestedAgain() throws Exception {
        server.on("m", BackendConnectionTest::answerAndKeep);
        use(new Secret.None());
        ask();
        server.on("m", connection -> connection.send("HTTP/1.1 200 OK\r\nContent-"));
        assertFailsWithOneRequest();
    }

    private void assertFailsWithOneRequest() {
        int before = server.requests().size();
        assertThatThrownBy(() -> start(LoopbackConnections.LONG))
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));
        assertThat(server.requests()).hasSize(before + 1);
    }

    @Test
    void aKeyInAFileIsReadForEachRequest() throws Exception {
        server.says("m", 1, "Fine");
        Path key = Files.createDirectories(home.resolve("backend-keys")).resolve("gpu");
        Files.writeString(key, "first-key\n");
        var secret = new Secret.InFile("gpu");
        connections.check(secret);
        use(secret);
        ask();
        Files.writeString(key, "second-key\n");
        ask();
        assertThat(server.requests()).extracting(BackendConnectionTest::key).containsExactly("first-key", "second-key");
        Files.delete(key);
        assertThatThrownBy(() -> start(LoopbackConnections.LONG))
                .isInstanceOfSatisfying(
                        UpstreamException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
        assertThat(client().health().lastError())
                .hasValueSatisfying(error -> assertThat(error).contains("no file gpu"));
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aKeyInAVariableIsSent() throws Exception {
        server.says("m", 1, "Fine");
        use(new Secret.Environment("PATH"));
        ask();
        assertThat(key(server.requests().getFirst())).isEqualTo(System.getenv("PATH"));
    }

    private static String key(ScriptedBackend.Request request) {
        return request.head()
                .lines()
                .filter(line -> line.startsWith("Authorization: Bearer "))
                .map(line -> line.substring("Authorization: Bearer ".length()))
                .findFirst()
                .orElse("");
    }

    private static void answerAndKeep(ScriptedBackend.Connection connection) throws IOException {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: "
                + ANSWER.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + ANSWER);
        connection.keep();
    }

    private void use(Secret secret) {
        use(secret, LoopbackConnections.LONG);
    }

    private void use(Secret secret, Duration firstByte) {
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                secret,
                List.of(new Backend.Offer("m", "m")),
                new Backend.Limits(firstByte, LoopbackConnections.LONG, 4, "max_tokens", true),
                Instant.EPOCH)));
        Patience.await().until(() -> server.probes() > 0); // it has its own connection, which it closes
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private HeardAnswer start(Duration patience) {
        var heard = new HeardAnswer();
        heard.completion = client().completions(new Backend.Offer("m", "m"))
                .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))))
                .start(answer -> Lease.unlimited(), Optional.of(patience), heard::accept);
        return heard;
    }

    /** Returns when the whole answer was read. */
    private void ask() throws InterruptedException {
        assertThat(start(LoopbackConnections.LONG).finished().cancelled()).isFalse();
        Patience.await()
                .until(() -> registry.get("baseload.backend.running").gauge().value() == 0);
    }
}
