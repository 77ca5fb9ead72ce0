import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes the JVM's caches from training runs of the service (JEP 514), {@code baseload.aot} and, for a service without an engine, {@code gateway.aot}: {@code java Train.java FOLDER} starts the
 * program in the folder with an empty home, waits until it is ready, asks it, and stops it. A gateway is asked thousands of times, with a backend that answers from a script, because the cache
 * also has profiles of methods (JEP 515): a gateway then has its requests compiled soon. The caches work only with the same JVM, program and folder.
 */
final class Train {
    private static final String KEY = "bl_only-for-the-training-run";
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int CONNECTIONS = 4;
    private static final int REQUESTS = 1_500;

    private Train() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toRealPath();
        train(folder, folder.resolve("baseload.aot"), true);
        train(folder, folder.resolve("gateway.aot"), false);
    }

    private static void train(Path folder, Path cache, boolean engine) throws Exception {
        int port = freePort();
        var address = "http://localhost:" + port;
        Process service = start(folder, cache, engine, port);
        try (var client = HttpClient.newHttpClient()) {
            await(service, client, HttpRequest.newBuilder(URI.create(address + "/actuator/health/readiness")));
            if (engine) {
                send(client, question(address, "default", true));
            } else {
                askBackend(service, client, address);
            }
        } finally {
            service.destroy();
        }
        boolean ended = service.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!ended || !Files.exists(cache)) {
            throw new IllegalStateException("the run left no " + cache);
        }
    }

    private static Process start(Path folder, Path cache, boolean engine, int port) throws IOException {
        var command = new ProcessBuilder(folder.resolve("bin/baseload").toString(), "serve", "--server.port=" + port);
        command.environment()
                .put("BASELOAD_HOME", Files.createTempDirectory("training").toString());
        command.environment().put("BASELOAD_BOOTSTRAP_KEY", KEY);
        command.environment().put("BASELOAD_ENGINE_ENABLED", Boolean.toString(engine));
        command.environment().put("BASELOAD_BACKENDS_ALLOWEDHOSTS", "127.0.0.1");
        command.environment().put("BASELOAD_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache);
        return command.inheritIO().start();
    }

    private static void askBackend(Process gateway, HttpClient client, String address) throws Exception {
        HttpServer backend = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        try (var connections = Executors.newVirtualThreadPerTaskExecutor()) {
            backend.setExecutor(connections);
            backend.createContext("/", Train::answer);
            backend.start();
            send(client, post(address + "/admin/v1/backends", """
                {"name": "script", "base_url": "http://127.0.0.1:%d/v1", "models": [{"id": "scripted"}]}\
                """.formatted(
                            backend.getAddress().getPort())));
            await(gateway, client, question(address, "scripted", true)); // a backend is used within a second
            var asked = new ArrayList<Callable<Void>>();
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                asked.add(() -> {
                    for (int request = 0; request < REQUESTS; request++) {
                        send(client, question(address, "scripted", request % 2 == 0));
                    }
                    return null;
                });
            }
            for (Future<Void> done : connections.invokeAll(asked)) {
                done.get();
            }
        } finally {
            backend.stop(0);
        }
    }

    /** One token, as a stream or whole; a list of models if it is a probe. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean stream = question.contains("\"stream\":true");
            var usage = "\"usage\": {\"prompt_tokens\": 10, \"completion_tokens\": 1, \"total_tokens\": 11}";
            var answer = exchange.getRequestMethod().equals("GET")
                    ? "{\"object\": \"list\", \"data\": [{\"id\": \"scripted\", \"object\": \"model\"}]}"
                    : stream
                            ? chunk("\"delta\": {\"role\": \"assistant\", \"content\": \"\"}", "")
                                    + chunk("\"delta\": {\"content\": \"word\"}", "")
                                    + chunk("\"delta\": {}, \"finish_reason\": \"stop\"", "")
                                    + chunk("", ", " + usage) + "data: [DONE]\n\n"
                            : completion(
                                    "\"message\": {\"role\": \"assistant\", \"content\": \"word\"}, \"finish_reason\":"
                                            + " \"stop\"",
                                    ", " + usage);
            exchange.getResponseHeaders().set("Content-Type", stream ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String chunk(String choice, String usage) {
        return "data: " + completion(choice, usage) + "\n\n";
    }

    /** @param choice empty = none */
    private static String completion(String choice, String usage) {
        return "{\"id\": \"x\", \"created\": 1, \"model\": \"scripted\", \"choices\": [%s]%s}"
                .formatted(choice.isEmpty() ? "" : "{\"index\": 0, " + choice + "}", usage);
    }

    private static HttpRequest.Builder question(String address, String model, boolean stream) {
        return post(address + "/v1/chat/completions", """
            {"model": "%s", "max_tokens": 8, "stream": %b, "messages": [{"role": "user", "content": "Hello"}]}\
            """.formatted(model, stream));
    }

    private static HttpRequest.Builder post(String url, String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    /** Sends a request until it succeeds. */
    private static void await(Process service, HttpClient client, HttpRequest.Builder request)
            throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        for (int status = status(client, request); status != 200; status = status(client, request)) {
            if (!service.isAlive() || Instant.now().isAfter(end)) {
                throw new IllegalStateException(request.build().uri() + " answers with " + status);
            }
            Thread.sleep(200);
        }
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws InterruptedException {
        int status = status(client, request);
        if (status / 100 != 2) {
            throw new IllegalStateException(request.build().uri() + " answers with " + status);
        }
    }

    /** −1 while nothing listens. */
    private static int status(HttpClient client, HttpRequest.Builder request) throws InterruptedException {
        try {
            return client.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return -1;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
