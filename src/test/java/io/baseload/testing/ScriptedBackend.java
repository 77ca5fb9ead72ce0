package io.baseload.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP server on a socket that answers each model's requests as its script says, well or badly, and remembers what it was asked. Its probe is answered unless told otherwise. */
public final class ScriptedBackend implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]+)");

    private final ServerSocket socket;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger probes = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final String origin;
    private volatile Script probe = connection -> {};

    public ScriptedBackend() throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), "http://127.0.0.1");
    }

    /** Over TLS, at {@code localhost}. */
    public ScriptedBackend(TestCertificate certificate) throws IOException, GeneralSecurityException {
        this(
                certificate
                        .context()
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                "https://localhost");
    }

    private ScriptedBackend(ServerSocket socket, String address) {
        this.socket = socket;
        this.origin = address + ":" + socket.getLocalPort();
        probeAnswers(200);
        Thread.ofVirtual().start(this::accept);
    }

    /**
     * What was asked.
     *
     * @param connection the number of its connection
     */
    public record Request(String head, JsonNode body, int connection) {
        public String model() {
            return body.path("model").asString("");
        }
    }

    /** Writes an answer. When it returns the connection is closed, unless it is {@linkplain Connection#keep kept}. */
    @FunctionalInterface
    public interface Script {
        void answer(Connection connection) throws IOException, InterruptedException;
    }

    /** The client's connection. */
    public record Connection(InputStream in, OutputStream out, AtomicBoolean kept) {
        /** The next request may come over the same connection. */
        public void keep() {
            kept.set(true);
        }

        public void send(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /** The head of a stream that ends with the connection. */
        public void stream() throws IOException {
            send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n");
        }

        public void event(String data) throws IOException {
            send("data: " + data + "\n\n");
        }

        public void text(String text) throws IOException {
            event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":null}]}");
        }

        public void finish(String reason) throws IOException {
            event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}");
        }

        public void usage(int prompt, int completion) throws IOException {
            event("{\"choices\":[],\"usage\":{\"prompt_tokens\":" + prompt + ",\"completion_tokens\":" + completion
                    + "}}");
        }

        public void done() throws IOException {
            event("[DONE]");
        }

        public void whole(int status, String headers, String body) throws IOException {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            send("HTTP/1.1 " + status + " Status\r\n" + headers + "Content-Length: " + length
                    + "\r\nConnection: close\r\n\r\n" + body);
        }

        public void json(String body) throws IOException {
            whole(200, "Content-Type: application/json\r\n", body);
        }

        /** Waits until the client closes the connection. */
        public void awaitClose() throws IOException {
            while (in.read() >= 0) {
                // nothing more is expected
            }
        }
    }

    public ScriptedBackend on(String model, Script script) {
        scripts.put(model, script);
        return this;
    }

    /** A well-behaved answer of some words. */
    public ScriptedBackend says(String model, int promptTokens, String... words) {
        return on(model, connection -> {
            connection.stream();
            for (String word : words) {
                connection.text(word);
            }
            connection.finish("stop");
            connection.usage(promptTokens, words.length);
            connection.done();
        });
    }

    public void probeAnswers(int status) {
        onProbe(connection ->
                connection.whole(status, "Content-Type: application/json\r\n", "{\"object\":\"list\",\"data\":[]}"));
    }

    public void onProbe(Script script) {
        probe = script;
    }

    /** How many probes have come. */
    public int probes() {
        return probes.get();
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public String url() {
        return origin + "/v1";
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // it was closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var connection = new Connection(client.getInputStream(), client.getOutputStream(), new AtomicBoolean());
            int number = connections.incrementAndGet();
            do {
                connection.kept().set(false);
                answer(connection, number);
            } while (connection.kept().get());
        } catch (IOException e) {
            // the client left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(Connection connection, int number) throws IOException, InterruptedException {
        String head = head(connection.in());
        if (head.startsWith("GET")) {
            Script answer = probe;
            probes.incrementAndGet();
            answer.answer(connection);
            return;
        }
        var length = LENGTH.matcher(head);
        byte[] body = connection.in().readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        var request = new Request(head, JSON.readTree(body), number);
        requests.add(request);
        Script answer = scripts.get(request.model());
        if (answer == null) {
            connection.whole(404, "", "{\"error\":{\"message\":\"no such model\"}}");
        } else {
            answer.answer(connection);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("no request");
            }
            head.write(octet);
        }
        return head.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
