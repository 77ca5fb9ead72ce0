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
 * Writes {@code baseload.aot}, the JVM's cache from a training run of the service (JEP 514): {@code java Train.java FOLDER} starts the program in the folder with an empty home, waits until
 * it is ready, sends one request, and stops it. The cache works only with the same JVM, program and folder.
 */
final class Train {
    private static final String KEY = "bl_only-for-the-training-run";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private Train() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toRealPath();
        int port = freePort();
        Process service = start(folder, port);
        try {
            awaitReadiness(service, "http://localhost:" + port);
            ask("http://localhost:" + port);
        } finally {
            service.destroy();
        }
        boolean ended = service.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (!ended || !Files.exists(folder.resolve("baseload.aot"))) {
            throw new IllegalStateException("the run left no baseload.aot in " + folder);
        }
    }

    private static Process start(Path folder, int port) throws IOException {
        var command = new ProcessBuilder(folder.resolve("bin/baseload").toString(), "serve", "--server.port=" + port);
        command.environment()
                .put("BASELOAD_HOME", Files.createTempDirectory("training").toString());
        command.environment().put("BASELOAD_BOOTSTRAP_KEY", KEY);
        command.environment().put("BASELOAD_JAVA_OPTS", "-XX:AOTCacheOutput=" + folder.resolve("baseload.aot"));
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

    private static void ask(String address) throws Exception {
        String question =
                "{\"model\": \"default\", \"max_tokens\": 8, \"stream\": true, \"messages\": [{\"role\": \"user\","
                        + " \"content\": \"Hello\"}]}";
        int status = status(HttpRequest.newBuilder(URI.create(address + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(question)));
        if (status != 200) {
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
