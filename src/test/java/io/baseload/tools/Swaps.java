package io.baseload.tools;

import io.baseload.testing.Admin;
import io.baseload.testing.RunningService;
import io.baseload.testing.Streamed;
import io.baseload.testing.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An alias moves back and forth between two models while several clients stream from it: each answer must be whole, and both models must have answered. The model that an alias has left is
 * unloaded each time and loaded again the next.
 *
 * <p>{@code Swaps MOVES FOLDER}; the folder is new. Exit code 1 if a request failed.
 */
public final class Swaps {
    private static final int CLIENTS = 4;
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]+)\"");
    private static final String QUESTION = """
        {"model": "swapped", "prompt": [1, 2, 3], "max_tokens": 16, "stream": true}\
        """;

    private final RunningService service;
    private final Admin admin;
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final Set<String> models = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    private Swaps(RunningService service) {
        this.service = service;
        this.admin = new Admin(service.rest());
    }

    /**
     * What came of it.
     *
     * @param models that answered
     * @param failures descriptions of incomplete answers
     */
    public record Result(int moves, int answers, Set<String> models, List<String> failures) {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: Swaps MOVES FOLDER");
            System.exit(2);
        }
        Path home = Files.createDirectory(Path.of(args[1]).toAbsolutePath());
        long begun = System.nanoTime();
        Result result;
        try (RunningService service = RunningService.at(home)) {
            result = run(service, home, Integer.parseInt(args[0]));
        }
        System.out.printf(
                "%d swaps in %d s: %d answers from %s, %d failed%n",
                result.moves(),
                Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                result.answers(),
                result.models(),
                result.failures().size());
        result.failures().stream().limit(10).forEach(System.out::println);
        System.exit(result.failures().isEmpty() && result.models().size() == 2 ? 0 : 1);
    }

    /** Moves an alias of a new service so many times. */
    public static Result run(RunningService service, Path home, int moves) throws Exception {
        Admin admin = new Admin(service.rest());
        admin.importModel(home, TestModels.reference("llama").resolve("model.gguf"), "one");
        admin.importModel(home, TestModels.reference("llama3-rope").resolve("model.gguf"), "two");
        admin.alias("swapped", "one");
        return new Swaps(service).run(moves);
    }

    private Result run(int moves) throws Exception {
        int moved = 0;
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < CLIENTS; i++) {
                clients.execute(this::askOnAndOn);
            }
            try {
                while (moved < moves && failures.isEmpty()) {
                    moveAfterMoreAnswers(moved % 2 == 0 ? "two" : "one");
                    moved++;
                }
            } finally {
                enough.set(true);
            }
        }
        return new Result(moved, answers.get(), Set.copyOf(models), List.copyOf(failures));
    }

    private void moveAfterMoreAnswers(String model) throws Exception {
        int before = answers.get();
        // more than may have been begun before the last move
        while (answers.get() <= before + CLIENTS && failures.isEmpty()) {
            Thread.sleep(2);
        }
        admin.alias("swapped", model);
    }

    private void askOnAndOn() {
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
