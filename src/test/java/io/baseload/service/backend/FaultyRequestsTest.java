package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.backend.BackendHealth.State;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that a backend answers with an error, or too late, while it answers others. */
class FaultyRequestsTest {
    /** So often that the pause is the longest one. */
    private static final int OFTEN = 6;

    @TempDir
    Path home;

    private ScriptedBackend server;
    private BackendConnections connections;
    /** When the backend was up. */
    private Instant begun = Instant.EPOCH;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, new SimpleMeterRegistry());
        use(Backend.Limits.DEFAULT);
        server.says("m", 1, "Fine");
        server.on("schema", connection -> connection.whole(500, "", "{\"error\":{\"message\":\"no such format\"}}"));
        server.on("tools", connection -> {
            connection.stream();
            connection.text("a");
            connection.event("{\"error\":{\"message\":\"no such tool\"}}");
            connection.awaitClose();
        });
        server.on("proxy", connection -> connection.whole(502, "", "{}"));
    }

    @AfterEach
    void stop() {
        connections.close();
        server.close();
    }

    @Test
    void theyCoolTheBackendForTheirOwnerOnly() {
        for (int i = 0; i < OFTEN; i++) {
            refuse("schema", "clumsy");
        }
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
        assertThat(client().health().state()).isEqualTo(State.UP);
        assertThat(client().health().lastError()).contains("answered 500: no such format");
    }

    @Test
    void soDoErrorsInTheMiddleOfAnAnswer() throws Exception {
        assertThat(ask("tools", "clumsy").failed().cause()).isInstanceOf(UpstreamException.class);
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
    }

    @Test
    void errorsOfTwoOwnersInARowCoolItForAll() throws Exception {
        refuse("schema", "clumsy");
        ask("m", "other").finished();
        refuse("schema", "another");
        assertThat(client().state()).as("one worked between").isEqualTo(State.UP);
        refuse("schema", "clumsy");
        assertThat(client().state("other")).isEqualTo(State.COOLING);
        ask("m", "other").finished();
        assertThat(client().state("clumsy")).isEqualTo(State.UP);
    }

    @Test
    void aProxyWithoutItsServerIsNoFaultOfARequest() {
        refuse("proxy", "clumsy");
        assertThat(client().state("other")).isEqualTo(State.COOLING);
    }

    /** As one with a prompt that is too long for the backend's limit. */
    @Test
    void soDoRequestsThatTakeTooLong() {
        use(limits(Duration.ofMillis(100), LoopbackConnections.LONG));
        server.on("long", ScriptedBackend.Connection::awaitClose);
        for (int i = 0; i < OFTEN; i++) {
            refuse("long", "clumsy");
        }
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
        refuse("long", "other");
        assertThat(client().health().since()).as("cooling for all").isAfter(begun);
    }

    @Test
    void soDoesAProxyThatTheyWaitTooLongFor() {
        server.on("proxy", connection -> connection.whole(504, "", "{}"));
        for (int i = 0; i < OFTEN; i++) {
            refuse("proxy", "clumsy");
        }
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
    }

    @Test
    void soDoesSilenceInTheMiddle() throws Exception {
        use(limits(LoopbackConnections.LONG, Duration.ofMillis(100)));
        server.on("thinker", connection -> {
            connection.stream();
            connection.text("Hm");
            connection.awaitClose();
        });
        for (int i = 0; i < OFTEN; i++) {
            assertThat(ask("thinker", "clumsy").failed().cause()).isInstanceOf(UpstreamException.class);
        }
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
    }

    /** As with many long texts for an encoder. */
    @Test
    void soDoesSilenceInTheMiddleOfVectors() {
        use(limits(LoopbackConnections.LONG, Duration.ofMillis(100)));
        server.on("encoder", connection -> {
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":[");
            connection.awaitClose();
        });
        var texts = new EncodingRequest(new EncodingInput.Texts(List.of("x"), Optional.empty()), OptionalInt.empty());
        for (int i = 0; i < OFTEN; i++) {
            var running = client().encodings(new Backend.Offer("encoder", "encoder"))
                    .prepare(texts, new FlowId("clumsy"), 100)
                    .start();
            assertThat(catchThrowable(running.outputs()::join)).hasCauseInstanceOf(UpstreamException.class);
        }
        assertThat(client().state("clumsy")).isEqualTo(State.COOLING);
        assertThat(client().state("other")).isEqualTo(State.UP);
    }

    /** It may not keep others away for as long as it was willing to wait. */
    @Test
    void anImpatientRequestCoolsItForItsOwnerOnly() {
        server.on("long", ScriptedBackend.Connection::awaitClose);
        assertThatThrownBy(() -> prepared("long", "clumsy")
                        .start(
                                answer -> Lease.unlimited(),
                                Optional.of(Duration.ofMillis(300)),
                                new HeardAnswer()::accept))
                .isExactlyInstanceOf(OverloadedException.class);
        assertThat(client().health().lastError()).isPresent();
        assertThat(client().health().since()).as("still up since it began").isBefore(begun);
    }

    private void use(Backend.Limits limits) {
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(new Backend.Offer("m", "m")),
                limits,
                Instant.EPOCH)));
        begun = Instant.now().plusMillis(1);
    }

    private static Backend.Limits limits(Duration firstByte, Duration idle) {
        return new Backend.Limits(firstByte, idle, 64, "max_tokens", true);
    }

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private void refuse(String model, String owner) {
        assertThat(catchThrowable(() -> ask(model, owner))).isInstanceOf(UpstreamException.class);
    }

    private HeardAnswer ask(String model, String owner) {
        var heard = new HeardAnswer();
        prepared(model, owner).start(answer -> Lease.unlimited(), heard::accept);
        return heard;
    }

    private PreparedCompletion prepared(String model, String owner) {
        return client().completions(new Backend.Offer(model, model))
                .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))), new FlowId(owner), CacheScope.PRIVATE);
    }
}
