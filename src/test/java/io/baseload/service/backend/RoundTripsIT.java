package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.MigratedHome;
import io.baseload.testing.RecordingLine;
import io.baseload.testing.RunningService;
import io.baseload.testing.ScriptedBackend;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a request waits for the database. Others use it meanwhile, so the fewest round trips of many requests count. */
final class RoundTripsIT {
    /** The key; the locks and the terms; the reservation, the intent and their commit. */
    private static final int BEFORE_THE_ANSWER = 3;

    /** The end of the reservation; what was used, the outcome and their commit. */
    private static final int AFTER_IT = 2;

    private static final int MANY = 100;

    @TempDir
    Path folder;

    @Test
    void aForwardedRequestWaitsForTheDatabaseNoMoreOftenThanItMust() throws Exception {
        try (var database = MigratedHome.database(folder.resolve("database"));
                var line = new RecordingLine(database.port());
                var backend = new ScriptedBackend();
                var gateway = RunningService.at(
                        folder.resolve("home"),
                        RunningService.oneOfSeveral(
                                database,
                                "spring.datasource.url=jdbc:postgresql://localhost:" + line.port() + "/baseload",
                                "baseload.engine.enabled=false",
                                "baseload.backends.allowed-hosts=127.0.0.1"))) {
            var asked = new AtomicInteger();
            backend.on("scripted", connection -> {
                asked.set(line.trips().size());
                connection.stream();
                connection.text("word");
                connection.finish("stop");
                connection.usage(1, 1);
                connection.done();
            });
            gateway.rest()
                    .post(
                            "/admin/v1/backends",
                            Map.of(
                                    "name",
                                    "scripted",
                                    "base_url",
                                    backend.url(),
                                    "models",
                                    List.of(Map.of("id", "scripted"))));
            for (int i = 0; i < MANY; i++) { // the driver prepares statements that it has seen some times
                ask(gateway);
            }
            List<List<String>> before = null;
            List<List<String>> after = null;
            for (int i = 0; i < MANY; i++) {
                int begun = line.trips().size();
                ask(gateway);
                var all = line.trips();
                before = fewer(before, all.subList(begun, asked.get()));
                after = fewer(after, all.subList(asked.get(), all.size()));
            }
            assertThat(before).hasSize(BEFORE_THE_ANSWER);
            assertThat(after).hasSize(AFTER_IT);
        }
    }

    private static void ask(RunningService gateway) throws Exception {
        HttpResponse<String> answer = gateway.rest()
                .send(
                        "POST",
                        "/v1/chat/completions",
                        Map.of(
                                "model",
                                "scripted",
                                "stream",
                                true,
                                "max_tokens",
                                1,
                                "messages",
                                List.of(Map.of("role", "user", "content", "Say a word."))));
        assertThat(answer.body()).contains("word").endsWith("[DONE]\n\n");
    }

    private static List<List<String>> fewer(List<List<String>> some, List<List<String>> others) {
        return some == null || others.size() < some.size() ? others : some;
    }
}
