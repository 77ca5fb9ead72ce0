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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void theyCoolTheirModelForTheirOwnerOnly() {
        for (int i = 0; i < OFTEN; i++) {
            refuse("schema", "clumsy");
        }
        assertThat(state("schema", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("schema", "other")).isEqualTo(State.UP);
        assertThat(client().health().state()).isEqualTo(State.UP);
        assertThat(client().health().lastError()).contains("answered 500: no such format");
    }

    @Test
    void soDoErrorsInTheMiddleOfAnAnswer() throws Exception {
        assertThat(ask("tools", "clumsy").failed().cause()).hasMessageNotContaining("no such tool");
        assertThat(client().health().lastError())
                .hasValueSatisfying(error -> assertThat(error).endsWith("no such tool"));
        assertThat(state("tools", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("tools", "other")).isEqualTo(State.UP);
    }

    /** As from Ollama and TGI. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":\"out of memory\"}",
                "error: out of memory",
                "event: error\ndata: out of memory"
            })
    void anErrorMayBeOnlyAText(String event) throws Exception {
        server.on("tools", connection -> {
            connection.stream();
            connection.text("a");
            connection.send(event + "\n\n");
            connection.finish("stop");
            connection.done();
        });
        assertThat(ask("tools", "clumsy").failed().cause()).isInstanceOf(UpstreamException.class);
        assertThat(state("tools", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("tools", "other")).isEqualTo(State.UP);
    }

    @Test
    void aNameWithoutDataIsNoErrorEvent() throws Exception {
        server.on("m", connection -> {
            connection.stream();
            connection.send("event: error\n\n");
            connection.text("a");
            connection.finish("stop");
            connection.done();
        });
        assertThat(ask("m", "any").finished().cancelled()).isFalse();
    }

    @Test
    void errorsOfTwoOwnersInARowCoolItForAll() throws Exception {
        ScriptedBackend.Script fault = connection -> connection.whole(500, "", "{}");
        server.on("m", fault);
        refuse("m", "clumsy");
        server.says("m", 1, "Fine");
        ask("m", "other").finished();
        server.on("m", fault);
        refuse("m", "another");
        assertThat(client().state()).as("one worked between").isEqualTo(State.UP);
        refuse("m", "clumsy");
        assertThat(state("m", "other")).isEqualTo(State.COOLING);
        server.says("m", 1, "Fine");
        ask("m", "other").finished();
        assertThat(state("m", "clumsy")).isEqualTo(State.UP);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503})
    void whatAModelAnswersSaysNothingAboutTheOthers(int status) throws Exception {
        server.on("n", connection -> connection.whole(status, "", "{\"error\":{\"message\":\"not this one\"}}"));
        assertThat(catchThrowable(() -> ask("n", "any"))).hasMessageNotContaining("not this one");
        assertThat(state("n", "other")).isEqualTo(State.COOLING);
        assertThat(state("m", "any")).isEqualTo(State.UP);
        assertThat(client().health().state()).isEqualTo(State.UP);
        assertThat(client().health().since()).isBefore(begun);
        assertThat(client().health().lastError()).contains("answered " + status + ": not this one");
        assertThat(client().modelHealth()).containsOnlyKeys("n");

        ask("m", "any").finished();
        assertThat(state("n", "other")).as("another one's answer").isEqualTo(State.COOLING);
        server.on("m", connection -> connection.whole(503, "", "{}"));
        assertThat(catchThrowable(() -> ask("m", "any"))).isInstanceOf(RuntimeException.class);
        assertThat(client().health().state()).as("none is left").isEqualTo(State.COOLING);
        server.says("n", 1, "Fine");
        ask("n", "any").finished();
        assertThat(client().health().state()).isEqualTo(State.UP);
        assertThat(client().health().since()).isAfter(begun);
    }

    /** An unknown model, a key without the right to use it; or a request to the wrong route, or one that a firewall doesn't like. */
    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void aModelThatIsNotThereIsTriedAfterOthers(int status) {
        server.on("n", connection -> connection.whole(status, "", "{\"error\":\"no such model\"}"));
        refuse("n", "any");
        assertThat(state("n", "any")).isEqualTo(State.COOLING);
        assertThat(state("m", "any")).isEqualTo(State.UP);
        assertThat(state("n", "other")).isEqualTo(State.UP);
        assertThat(client().health().lastError()).contains("answered " + status + ": no such model");
        refuse("n", "other");
        assertThat(state("n", "third")).isEqualTo(State.COOLING);
    }

    @Test
    void aRefusedKeyIsThatOfAllModels() {
        server.on("n", connection -> connection.whole(401, "", "{\"error\":\"wrong key\"}"));
        refuse("n", "any");
        assertThat(state("m", "any")).isEqualTo(State.COOLING);
        assertThat(client().health().lastError()).contains("answered 401: wrong key");
    }

    @Test
    void aProxyWithoutItsServerIsNoFaultOfARequest() {
        refuse("proxy", "clumsy");
        assertThat(state("proxy", "other")).isEqualTo(State.COOLING);
    }

    /** As one with a prompt that is too long for the backend's limit. */
    @Test
    void soDoRequestsThatTakeTooLong() {
        use(limits(Duration.ofMillis(100), LoopbackConnections.LONG));
        server.on("long", ScriptedBackend.Connection::awaitClose);
        for (int i = 0; i < OFTEN; i++) {
            refuse("long", "clumsy");
        }
        assertThat(state("m", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("m", "other")).isEqualTo(State.UP);
        refuse("long", "other");
        assertThat(client().health().since()).as("cooling for all").isAfter(begun);
    }

    @Test
    void soDoesAProxyThatTheyWaitTooLongFor() {
        server.on("proxy", connection -> connection.whole(504, "", "{}"));
        for (int i = 0; i < OFTEN; i++) {
            refuse("proxy", "clumsy");
        }
        assertThat(state("proxy", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("proxy", "other")).isEqualTo(State.UP);
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
        assertThat(state("m", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("m", "other")).isEqualTo(State.UP);
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
        assertThat(state("m", "clumsy")).isEqualTo(State.COOLING);
        assertThat(state("m", "other")).isEqualTo(State.UP);
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
                .isInstanceOf(OverloadedException.class);
        assertThat(client().health().lastError()).isPresent();
        assertThat(client().health().since()).as("still up since it began").isBefore(begun);
    }

    private void use(Backend.Limits limits) {
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(new Backend.Offer("m", "m"), new Backend.Offer("n", "n")),
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

    private State state(String model, String owner) {
        return client().state(new Backend.Offer(model, model), owner);
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
