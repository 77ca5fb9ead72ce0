package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.service.backend.BackendHealth.State;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that a backend answers with an error, which others' requests don't get. */
class FaultyRequestsTest {
    @TempDir
    Path home;

    private ScriptedBackend server;
    private BackendConnections connections;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedBackend();
        connections = LoopbackConnections.of(home, new SimpleMeterRegistry());
        connections.use(List.of(new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(new Backend.Offer("m", "m")),
                Backend.Limits.DEFAULT,
                Instant.EPOCH)));
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
        for (int i = 0; i < 20; i++) {
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

    private BackendClient client() {
        return connections.find("b").orElseThrow();
    }

    private void refuse(String model, String owner) {
        assertThat(catchThrowable(() -> ask(model, owner))).isInstanceOf(UpstreamException.class);
    }

    private HeardAnswer ask(String model, String owner) {
        var heard = new HeardAnswer();
        client().completions(new Backend.Offer(model, model))
                .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))), new FlowId(owner), CacheScope.PRIVATE)
                .start(answer -> Lease.unlimited(), heard::accept);
        return heard;
    }
}
