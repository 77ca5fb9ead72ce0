package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.Lease;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backends that are changed while requests are on their way to them. */
class ChangedBackendsTest {
    private static final Duration LONG = LoopbackConnections.LONG;
    private static final Backend.Offer MODEL = new Backend.Offer("m", "m");

    @TempDir
    Path home;

    @Test
    void silenceEndsAnAnswerThatBeganAfterItsBackendWasChanged() throws Exception {
        try (var server = new ScriptedBackend();
                var connections = connections()) {
            server.on("m", connection -> {
                connection.stream();
                connection.text("a");
                connection.awaitClose();
            });
            connections.use(List.of(backend(server, Duration.ofMillis(300))));
            BackendClient before = connections.find("b").orElseThrow();
            connections.use(List.of(backend(server, LONG)));
            connections.watch();
            var heard = new HeardAnswer();
            before.completions(MODEL)
                    .prepare(CompletionRequest.chat(List.of(Message.user("Hi"))))
                    .start(answer -> Lease.unlimited(), heard::accept);
            assertThat(heard.failed().cause())
                    .isInstanceOfSatisfying(
                            UpstreamException.class,
                            e -> assertThat(e.reason()).isEqualTo(UpstreamException.Reason.TIMEOUT));
        }
    }

    private BackendConnections connections() {
        return LoopbackConnections.of(home, new SimpleMeterRegistry());
    }

    private static Backend backend(ScriptedBackend server, Duration idle) {
        return new Backend(
                "b",
                URI.create(server.url()),
                new Secret.None(),
                List.of(MODEL),
                new Backend.Limits(LONG, idle, 4, "max_tokens", true),
                Instant.EPOCH);
    }
}
