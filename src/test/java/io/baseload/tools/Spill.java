package io.baseload.tools;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.ServiceProcess;
import io.baseload.testing.Streamed;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Several engines behind one name, with clients that never pause: requests spill over from the local model to a second process, and from that to further engines; then the second process
 * is killed in mid-stream. Each answer must be whole, except those that the killed process was computing.
 *
 * <p>{@code Spill ANSWERS FOLDER [URL,MODEL[,VARIABLE] …]}; the folder is new, an engine's key in the environment variable. Without a URL the further engine is a third process. Exit code 1 if another answer was incomplete, or none of them.
 */
public final class Spill implements AutoCloseable {
    /** The places of the second process: the clients are more than these and those of the local model. */
    public static final int PLACES = 2;

    /** As the second process names its model to clients. */
    public static final String SECOND = "second";

    private static final String MODEL = "smollm2-135m-instruct";
    private static final int CLIENTS = 8;
    private static final JsonMapper JSON = new JsonMapper();

    private final RunningService front;
    private final ServiceProcess second;
    private final Optional<ServiceProcess> third;
    private final Deque<AutoCloseable> started;
    private final List<String> targets = new ArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean killing = new AtomicBoolean();
    private final CountDownLatch killed = new CountDownLatch(1);
    private final AtomicBoolean enough = new AtomicBoolean();

    /**
     * A server that speaks OpenAI's protocol.
     *
     * @param url its base URL
     * @param key empty if it needs none
     */
    public record Engine(String url, String model, String key) {
        static Engine of(String text) {
            String[] parts = text.split(",", -1);
            return new Engine(parts[0], parts[1], parts.length > 2 ? key(parts[2]) : "");
        }

        private static String key(String variable) {
            return Optional.ofNullable(System.getenv(variable))
                    .orElseThrow(() -> new IllegalArgumentException("There is no variable " + variable + "."));
        }
    }

    /**
     * A streamed answer.
     *
     * @param model which computed it; empty if nothing of it came
     * @param error its error's code; empty if it came to its end
     */
    public record Answer(int status, String model, String error) {
        public boolean isWhole() {
            return status == 200 && error.isEmpty();
        }

        /** Whether it may have broken off with the second process. */
        public boolean isOfTheKilled() {
            return status == 200 && error.equals("backend_failed") && (model.isEmpty() || model.equals(SECOND));
        }
    }

    private Spill(
            RunningService front, ServiceProcess second, Optional<ServiceProcess> third, Deque<AutoCloseable> started) {
        this.front = front;
        this.second = second;
        this.third = third;
        this.started = started;
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("usage: Spill ANSWERS FOLDER [URL,MODEL[,VARIABLE] …]");
            System.exit(2);
        }
        Path folder = Files.createDirectory(Path.of(args[1]).toAbsolutePath());
        List<Engine> engines = Stream.of(args).skip(2).map(Engine::of).toList();
        long begun = System.nanoTime();
        boolean good;
        try (Spill spill = at(folder, engines)) {
            spill.run(Integer.parseInt(args[0]));
            good = spill.report(Duration.ofNanos(System.nanoTime() - begun));
        }
        System.exit(good ? 0 : 1);
    }

    /** Starts the processes side by side, and makes the name. */
    public static Spill at(Path folder, List<Engine> engines) throws Exception {
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            var second = process(folder, SECOND);
            started.push(second);
            Optional<ServiceProcess> third = Optional.empty();
            if (engines.isEmpty()) {
                third = Optional.of(process(folder, "third"));
                third.ifPresent(started::push);
            }
            var front = front(folder, engines);
            started.push(front);
            var spill = new Spill(front, second, third, started);
            spill.connect(engines);
            return spill;
        } catch (Exception e) {
            close(started);
            throw e;
        }
    }

    private static ServiceProcess process(Path folder, String name) throws Exception {
        return ServiceProcess.start(
                folder.resolve(name), "", "baseload.engine.threads=1", "baseload.engine.pinned=false");
    }

    private static RunningService front(Path folder, List<Engine> engines) throws Exception {
        String hosts = Stream.concat(
                        Stream.of("localhost"),
                        engines.stream().map(engine -> URI.create(engine.url()).getAuthority()))
                .collect(Collectors.joining(","));
        return RunningService.at(
                folder.resolve("front"),
                "baseload.engine.threads=1",
                "baseload.engine.pinned=false",
                "baseload.model.max-sequences=2",
                "baseload.model.max-queued=1",
                "baseload.backends.allowed-hosts=" + hosts);
    }

    private void connect(List<Engine> engines) throws Exception {
        List<Engine> further = new ArrayList<>(engines);
        if (third.isPresent()) {
            further.add(engine(third.get()));
        }
        targets.add(MODEL);
        add(SECOND, engine(second), PLACES);
        for (int i = 0; i < further.size(); i++) {
            add("further-" + (i + 1), further.get(i), CLIENTS + 1);
        }
        List<Map<String, Object>> all = IntStream.range(0, targets.size())
                .mapToObj(i -> Map.<String, Object>of("model", targets.get(i), "order", Math.min(i, 2)))
                .toList();
        rest().put("/admin/v1/aliases/spilling", Map.of("targets", all));
    }

    /** Waits until the process can answer. */
    private static Engine engine(ServiceProcess process) throws Exception {
        Rest rest = process.rest();
        Patience.await().until(() -> new Admin(rest).health("readiness") == 200);
        return new Engine(rest.url() + "/v1", MODEL, RunningService.KEY);
    }

    private void add(String name, Engine engine, int places) throws Exception {
        Map<String, Object> backend = new HashMap<>(Map.of(
                "name",
                name,
                "base_url",
                engine.url(),
                "max_concurrent",
                places,
                "models",
                List.of(Map.of("id", name, "upstream", engine.model()))));
        if (!engine.key().isEmpty()) {
            backend.put("api_key", engine.key());
        }
        rest().post("/admin/v1/backends", backend);
        targets.add(name);
    }

    /** As the operator of the service in front. */
    public Rest rest() {
        return front.rest();
    }

    /** All answers so far. */
    public List<Answer> answers() {
        return List.copyOf(answers);
    }

    /** Of the local model first. */
    public List<String> targets() {
        return List.copyOf(targets);
    }

    /** Kills the second process after half of the answers, when all targets have answered and it has just begun another answer. */
    public void run(int wanted) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> threads.submit(asking()))
                    .toList();
            try {
                await(clients, wanted / 2, true);
                if (!answers.stream().allMatch(Answer::isWhole)) {
                    throw new IllegalStateException("before the kill: " + answers);
                }
                killing.set(true);
                while (clients.stream().noneMatch(Future::isDone) && !killed.await(20, TimeUnit.MILLISECONDS)) {
                    // until it begins an answer
                }
                await(clients, Math.max(wanted, answers.size() + 5 * CLIENTS), false);
            } finally {
                enough.set(true);
            }
            for (var client : clients) {
                client.get();
            }
        }
    }

    /** Until so many answers are there, or a client can't go on. */
    private void await(List<Future<Boolean>> clients, int wanted, boolean ofAll) throws InterruptedException {
        while (clients.stream().noneMatch(Future::isDone)
                && (answers.size() < wanted || ofAll && !count().keySet().containsAll(targets))) {
            Thread.sleep(20);
        }
    }

    /** A client that asks until it is enough. */
    private Callable<Boolean> asking() {
        String body = JSON.writeValueAsString(Map.of(
                "model",
                "spilling",
                "messages",
                List.of(Map.of("role", "user", "content", "Tell me of the sea, at length.")),
                "temperature",
                0,
                "max_tokens",
                64,
                "stream",
                true));
        return () -> {
            while (!enough.get()) {
                try (var stream = Streamed.ask(rest(), RunningService.KEY, "/v1/chat/completions", body)) {
                    answers.add(answer(stream));
                }
            }
            return true;
        };
    }

    private Answer answer(Streamed stream) throws InterruptedException {
        String model = "";
        String error = "no end";
        boolean begun = false;
        for (String event = stream.next(); !event.isEmpty(); event = stream.next()) {
            if (event.equals("[DONE]")) {
                return new Answer(stream.status(), model, "");
            }
            JsonNode chunk = JSON.readTree(event);
            if (chunk.has("error")) {
                error = chunk.at("/error/code").asString();
            } else {
                model = chunk.get("model").asString();
                boolean text =
                        !chunk.at("/choices/0/delta/content").asString("").isEmpty();
                boolean first = text && !begun;
                begun |= text;
                if (first && model.equals(SECOND) && killing.compareAndSet(true, false)) {
                    second.kill();
                    killed.countDown();
                }
            }
        }
        return new Answer(stream.status(), model, error);
    }

    /** The number of whole answers of each target. */
    public Map<String, Long> count() {
        return answers.stream()
                .filter(Answer::isWhole)
                .map(Answer::model)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    /** @return whether all went well */
    private boolean report(Duration time) {
        List<Answer> broken =
                answers.stream().filter(answer -> !answer.isWhole()).toList();
        List<Answer> failed =
                broken.stream().filter(answer -> !answer.isOfTheKilled()).toList();
        System.out.printf(
                "%d answers in %d s: whole ones %s; %d broke off with the killed process, %d others failed%n",
                answers.size(), time.toSeconds(), count(), broken.size() - failed.size(), failed.size());
        failed.stream().limit(10).forEach(System.out::println);
        return failed.isEmpty()
                && !broken.isEmpty()
                && broken.size() <= PLACES
                && count().keySet().containsAll(targets);
    }

    @Override
    public void close() throws Exception {
        close(started);
    }

    /** The last one first; the others too if one can't be closed. */
    private static void close(Deque<AutoCloseable> started) throws Exception {
        if (!started.isEmpty()) {
            try (AutoCloseable last = started.pop()) {
                close(started);
            }
        }
    }
}
