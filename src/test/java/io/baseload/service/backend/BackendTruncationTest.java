package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Truncation;
import io.baseload.service.outbound.Secret;
import io.baseload.testing.ScriptedBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend reads the fields for long texts itself, under the names that its clients use. */
class BackendTruncationTest {
    @Test
    void theFieldsArePassedOnAsTheyAre(@TempDir Path home) throws Exception {
        try (var server = new ScriptedBackend();
                var connections = LoopbackConnections.of(home, new SimpleMeterRegistry())) {
            server.on("m", connection -> connection.json("{\"results\":[{\"index\":0,\"relevance_score\":0.5}]}"));
            connections.use(List.of(new Backend(
                    "b",
                    URI.create(server.url()),
                    new Secret.Given("secret-key"),
                    List.of(new Backend.Offer("m", "m")),
                    new Backend.Limits(LoopbackConnections.LONG, LoopbackConnections.LONG, 1, "max_tokens", true),
                    Instant.EPOCH)));
            var encodings = connections.find("b").orElseThrow().encodings(new Backend.Offer("far", "m"));
            var input = new EncodingInput.Documents("q", List.of("a"));
            var truncation =
                    new Truncation(OptionalInt.empty(), OptionalInt.of(100), Map.of("max_tokens_per_doc", 100));
            encodings
                    .prepare(new EncodingRequest(input, OptionalInt.empty(), truncation))
                    .start()
                    .outputs()
                    .join();
            assertThat(server.requests().getLast().body().toString())
                    .isEqualTo("{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\"],\"max_tokens_per_doc\":100}");
        }
    }
}
