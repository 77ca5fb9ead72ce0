package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.Streamed;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alias moves back and forth while several clients stream from it. */
final class SwapIT {
    private static final int CLIENTS = 4;
    private static final int MOVES = 20;
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]+)\"");
    private static final String QUESTION = """
        {"model": "swapped", "prompt": [1, 2, 3], "max_tokens": 16, "stream": true}\
        """;

    @TempDir
    Path home;

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final Set<String> models = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void noRequestFailsWhileAnAliasMoves() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            Admin admin = new Admin(service.rest());
            admin.importModel(home, TestModels.reference("llama").resolve("model.gguf"), "one");
            admin.importModel(home, TestModels.reference("llama3-rope").resolve("model.gguf"), "two");
            admin.alias("swapped", "one");
            try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
                for (int i = 0; i < CLIENTS; i++) {
                    clients.execute(() -> askOnAndOn(service));
                }
                for (int i = 0; i < MOVES; i++) {
                    moveAfterMoreAnswers(admin, i % 2 == 0 ? "two" : "one");
                }
                enough.set(true);
            }
            assertThat(failures).isEmpty();
            assertThat(models).containsExactlyInAnyOrder("one", "two");
            assertThat(admin.state("one")).isEqualTo("loaded");
            assertThat(drained(admin)).isEqualTo("stored");
        }
    }

    private void moveAfterMoreAnswers(Admin admin, String model) throws Exception {
        int before = answers.get();
        while (answers.get() < before + CLIENTS && failures.isEmpty()) {
            Thread.sleep(2);
        }
        admin.alias("swapped", model);
    }

    private static String drained(Admin admin) throws Exception {
        return Patience.await().until(() -> admin.state("two"), state -> !state.equals("draining"));
    }

    private void askOnAndOn(RunningService service) {
        while (!enough.get() && failures.isEmpty()) {
            try (Streamed answer = Streamed.ask(service.rest(), RunningService.KEY, QUESTION)) {
                check(answer.status(), answer.rest());
            } catch (Exception e) {
                failures.add(e.toString());
            }
        }
    }

    private void check(int status, List<String> events) {
        if (status != 200 || events.isEmpty() || !events.getLast().equals("[DONE]")) {
            failures.add(status + " " + events);
            return;
        }
        Matcher model = MODEL.matcher(events.getFirst());
        models.add(model.find() ? model.group(1) : "none");
        answers.incrementAndGet();
    }
}
