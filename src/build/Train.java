import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Writes the JVM's caches from training runs of the service (JEP 514), {@code baseload.aot} and, for a service without an engine, {@code gateway.aot}: {@code java Train.java FOLDER} starts the
 * program in the folder with an empty home, waits until it is ready, asks its model, and stops it. A gateway has no model
 * and refuses the question, which still loads classes that its first request needs. The caches work only with the same JVM, program and folder.
 */
final class Train {
    private static final String KEY = "bl_only-for-the-training-run";
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private Train() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toRealPath();
        train(folder, folder.resolve("baseload.aot"), true);
        train(folder, folder.resolve("gateway.aot"), false);
    }

    private static void train(Path folder, Path cache, boolean engine) throws Exception {
        int port = freePort();
        Process service = start(folder, cache, engine, port);
        try {
            awaitReadiness(service, "http://localhost:" + port);
            ask("http://localhost:" + port, engine ? 200 : 404);
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
        command.environment().put("BASELOAD_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache);
        return command.inheritIO().start();
    }

    private static void awaitReadiness(Process service, String address) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (status(HttpRequest.newBuilder(URI.create(address + "/actuator/health/readiness"))) != 200) {
            if (!service.isAlive() || Instant.now().isAfter(end)) {
                throw new IllegalStateException("the service did not become ready");
            }
            Thread.sleep(200);
        }
    }

    private static void ask(String address, int expected) throws Exception {
        String question =
                "{\"model\": \"default\", \"max_tokens\": 8, \"stream\": true, \"messages\": [{\"role\": \"user\","
                        + " \"content\": \"Hello\"}]}";
        int status = status(HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(question)));
        if (status != expected) {
            throw new IllegalStateException("the question was answered with " + status);
        }
    }

    /** −1 while nothing listens. */
    private static int status(HttpRequest.Builder request) throws InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
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
