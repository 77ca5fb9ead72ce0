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
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A client that closes its connection stops the engine's work, wherever it is: what is recorded is a cancelled answer, not a complete one. */
@ExtendWith(WholeService.class)
class ClientsThatLeaveIT {
    private static final String MODEL = "smollm2-135m-instruct";
    private static final String ENDLESS = "Count to a million.";

    private Rest rest;
    private int port;

    @BeforeEach
    void find(RunningService service) {
        rest = service.rest();
        port = URI.create(rest.url()).getPort();
    }

    @Test
    void inDecode() throws Exception {
        String id = leave(ask(ENDLESS, 4000, true), 3);
        awaitIdle();
        assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
        assertThat(outcome(id).at("/detail/completion_tokens").asInt()).isPositive();
    }

    @Test
    void inPrefill() throws Exception {
        String id = leave(ask("word ".repeat(7000), 1000, true), 1);
        awaitIdle();
        assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
    }

    @Test
    void inTheQueue() throws Exception {
        List<String> ids = whileTheEngineIsFull(
                () -> assertThat(load().get("queued").asInt()).isPositive());
        awaitIdle();
        for (String id : ids) {
            assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("cancelled");
        }
    }

    @Test
    void whileAWholeAnswerIsDecoded() throws Exception {
        long used = used();
        String id = leaveOnceRecorded(
                ask(ENDLESS, 4000, false), () -> load().get("active").asInt() > 0);
        awaitIdle();
        JsonNode outcome = outcome(id).get("detail");
        assertThat(outcome.get("state").asString()).isEqualTo("cancelled");
        assertThat(used() - used)
                .isEqualTo(outcome.get("prompt_tokens").asLong()
                        + outcome.get("completion_tokens").asLong());
    }

    /** It has a status, and anything to write, only when its turn comes. */
    @Test
    void inAQueueWithAMaximumWait() throws Exception {
        List<String> left = new ArrayList<>();
        whileTheEngineIsFull(() -> {
            for (boolean stream : List.of(false, true)) {
                String id = leaveOnceRecorded(ask(ENDLESS, 4000, stream, "x-max-wait-ms: 600000\r\n"), () -> true);
                assertThat(outcome(id).at("/detail/state").asString()).isEqualTo("refused");
                left.add(id);
            }
        });
        awaitIdle();
        assertThat(left).doesNotHaveDuplicates().hasSize(2);
    }

    private interface Act {
        void run() throws Exception;
    }

    /** Has requests run and wait until an act is done; they all leave then. Returns their ids. */
    private List<String> whileTheEngineIsFull(Act act) throws Exception {
        List<RawConnection> running = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                var connection = new RawConnection(port);
                running.add(connection);
                connection.send(ask(ENDLESS, 4000, true));
                ids.add(RawConnection.header(connection.readThrough("\r\n\r\n"), "x-request-id"));
                connection.readThrough("\"content\":\"\"}");
            }
            act.run();
        } finally {
            for (RawConnection connection : running) {
                connection.close();
            }
        }
        return ids;
    }

    private String ask(String question, int maxTokens, boolean stream, String... headers) {
        String body = """
            {"model": "default", "messages": [{"role": "user", "content": "%s"}], "max_tokens": %d, "temperature": 0,\
             "logit_bias": {"2": -100}, "stream": %s}\
            """.formatted(question, maxTokens, stream);
        return RawConnection.post("/v1/chat/completions", body, headers).replace("bl_user", RunningService.KEY);
    }

    /** Leaves a request of which nothing has come back, when it is in the trail and something else is so. Returns its id. */
    private String leaveOnceRecorded(String request, Callable<Boolean> too) throws Exception {
        List<String> before = intents();
        try (var connection = new RawConnection(port)) {
            connection.send(request);
            Patience.await().until(() -> intents().size() > before.size() && too.call());
            return intents().getLast();
        }
    }

    private List<String> intents() throws Exception {
        return new Admin(rest)
                .trail("completion.intent").stream()
                        .map(entry -> entry.get("subject").asString())
                        .toList();
    }

    private long used() throws Exception {
        JsonNode usage = rest.get("/admin/v1/tenants/default/usage");
        return usage.get("prompt_tokens").asLong()
                + usage.get("completion_tokens").asLong();
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
