package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.Streamed;
import io.baseload.tools.Rest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two engines, each a process of its own, behind one name with clients that never pause: requests spill over from the first to the second, and the first is killed in mid-stream. */
final class KilledBackendIT {
    private static final String MODEL = "smollm2-135m-instruct";
    private static final int CLIENTS = 4;
    /** Places of the first engine: fewer than clients, so that some requests go to the second. */
    private static final int PLACES = 2;

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path homes;

    /**
     * A streamed answer.
     *
     * @param backend which computed it; empty if nothing of it came
     * @param error its error's code; empty if it came to its end
     */
    private record Answer(int status, String backend, String error) {}

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void onlyStreamsOfAKilledEngineFail() throws Exception {
        try (var first = engine("first");
                var second = engine("second");
                var gateway = RunningService.at(
                        homes.resolve("gateway"),
                        "baseload.engine.enabled=false",
                        "baseload.backends.allowed-hosts=localhost")) {
            Rest rest = gateway.rest();
            add(rest, "first", first.rest(), PLACES);
            add(rest, "second", second.rest(), CLIENTS + 1);
            rest.put(
                    "/admin/v1/aliases/both",
                    Map.of("targets", List.of(Map.of("model", "first"), Map.of("model", "second"))));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Boolean>> clients = IntStream.range(0, CLIENTS)
                        .mapToObj(client -> threads.submit(asking(rest)))
                        .toList();
                try {
                    Patience.await().until(() -> answered("first") >= 5 && answered("second") >= 5);
                    assertThat(answers).as("spilling over").allMatch(KilledBackendIT::isWhole);
                    first.kill();
                    int before = answers.size();
                    Patience.await().until(() -> answers.size() >= before + 5 * CLIENTS);
                } finally {
                    stopped.set(true);
                }
                for (var client : clients) {
                    assertThat(client.get()).isTrue();
                }
            }
            List<Answer> failed =
                    answers.stream().filter(answer -> !isWhole(answer)).toList();
            assertThat(failed).hasSizeLessThanOrEqualTo(PLACES).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.error()).isEqualTo("backend_failed");
                assertThat(answer.backend()).isIn("", "first");
            });
            assertThat(rest.get("/admin/v1/backends/first").at("/health/state").asString())
                    .isNotEqualTo("up");
            Patience.await().until(() -> ended(rest, "done") == answers.size() - failed.size());
            assertThat(ended(rest, "failed")).isEqualTo(failed.size());
        }
    }

    private ServiceProcess engine(String name) throws Exception {
        return ServiceProcess.start(
                homes.resolve(name), "", "baseload.engine.threads=1", "baseload.engine.pinned=false");
    }

    private static void add(Rest rest, String name, Rest engine, int places) throws Exception {
        Patience.await().until(() -> new Admin(engine).health("readiness") == 200);
        rest.post(
                "/admin/v1/backends",
                Map.of(
                        "name",
                        name,
                        "base_url",
                        engine.url() + "/v1",
                        "api_key",
                        RunningService.KEY,
                        "max_concurrent",
                        places,
                        "models",
                        List.of(Map.of("id", name, "upstream", MODEL))));
    }

    /** A client that asks until it is stopped. */
    private Callable<Boolean> asking(Rest rest) {
        Map<String, Object> request = new HashMap<>(Map.of(
                "model",
                "both",
                "messages",
                List.of(Map.of("role", "user", "content", "Tell me of the sea, at length.")),
                "temperature",
                0,
                "max_tokens",
                24,
                "stream",
                true));
        request.put("logit_bias", Map.of("2", -100)); // no answer ends early
        String body = JSON.writeValueAsString(request);
        return () -> {
            while (!stopped.get()) {
                try (var stream = Streamed.ask(rest, RunningService.KEY, "/v1/chat/completions", body)) {
                    answers.add(answer(stream));
                }
            }
            return true;
        };
    }

    private static Answer answer(Streamed stream) {
        String backend = "";
        String error = "no end";
        for (String event : stream.rest()) {
            if (event.equals("[DONE]")) {
                return new Answer(stream.status(), backend, "");
            }
            JsonNode chunk = JSON.readTree(event);
            if (chunk.has("error")) {
                error = chunk.at("/error/code").asString();
            } else {
                backend = chunk.get("model").asString();
            }
        }
        return new Answer(stream.status(), backend, error);
    }

    private static boolean isWhole(Answer answer) {
        return answer.status() == 200 && answer.error().isEmpty();
    }

    private long answered(String backend) {
        return answers.stream()
                .filter(answer -> answer.backend().equals(backend))
                .count();
    }

    private static long ended(Rest rest, String state) throws Exception {
        return new Admin(rest)
                .trail("completion.outcome").stream()
                        .filter(entry -> entry.at("/detail/state").asString().equals(state))
                        .count();
    }
}
