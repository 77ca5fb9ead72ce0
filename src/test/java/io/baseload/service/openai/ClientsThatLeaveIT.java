package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A client that closes a stream's connection stops the engine's work, wherever it is: what is recorded is a cancelled answer, not a complete one. */
@ExtendWith(WholeService.class)
class ClientsThatLeaveIT {
    private static final String MODEL = "smollm2-135m-instruct";

    private Rest rest;
    private int port;

    @BeforeEach
    void find(RunningService service) {
        rest = service.rest();
        port = URI.create(rest.url()).getPort();
    }

    @Test
    void inDecode() throws Exception {
        String id = leave(ask("Count to a million.", 4000), 3);
        awaitIdle();
        assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
        assertThat(outcome(id).at("/detail/completion_tokens").asInt()).isPositive();
    }

    @Test
    void inPrefill() throws Exception {
        String id = leave(ask("word ".repeat(7000), 1000), 1);
        awaitIdle();
        assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
    }

    @Test
    void inTheQueue() throws Exception {
        List<RawConnection> running = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                var connection = new RawConnection(port);
                running.add(connection);
                connection.send(ask("Count to a million.", 4000));
                ids.add(RawConnection.header(connection.readThrough("\r\n\r\n"), "x-request-id"));
                connection.readThrough("\"content\":\"\"}");
            }
            assertThat(load().get("queued").asInt()).isPositive();
        } finally {
            for (RawConnection connection : running) {
                connection.close();
            }
        }
        awaitIdle();
        for (String id : ids) {
            assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
        }
    }

    private String ask(String question, int maxTokens) {
        String body = """
            {"model": "default", "messages": [{"role": "user", "content": "%s"}], "max_tokens": %d, "temperature": 0,\
             "logit_bias": {"2": -100}, "stream": true}\
            """.formatted(question, maxTokens);
        return RawConnection.post("/v1/chat/completions", body).replace("bl_user", RunningService.KEY);
    }

    private String leave(String request, int chunks) throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(request);
            String head = connection.readThrough("\r\n\r\n");
            for (int i = 0; i < chunks; i++) {
                connection.readThrough("\"finish_reason\":null}]}");
            }
            return RawConnection.header(head, "x-request-id");
        }
    }

    private void awaitIdle() {
        Patience.await()
                .until(() -> load().get("active").asInt() + load().get("queued").asInt() == 0);
    }

    private JsonNode load() throws Exception {
        return rest.get("/admin/v1/models/" + MODEL).get("loaded");
    }

    private JsonNode outcome(String requestId) throws Exception {
        return Patience.await()
                .until(() -> outcomeNow(requestId), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<JsonNode> outcomeNow(String requestId) throws Exception {
        return new Admin(rest)
                .trail("completion.outcome").stream()
                        .filter(entry -> entry.get("subject").asString().equals(requestId))
                        .findFirst();
    }
}
