package io.baseload.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A server of files as CDNs and registries are: ETags, ranges, conditions, redirects, and their faults. */
public final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final String host;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Predicate<HttpExchange> gate = exchange -> true;

    /** @param host what it calls itself: {@code 127.0.0.1} or {@code localhost} */
    public FileServer(String host) throws IOException {
        this.host = host;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    public record Request(String method, String path, Map<String, List<String>> headers) {
        public Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .map(entry -> entry.getValue().getFirst())
                    .findFirst();
        }
    }

    /** What an answer is. */
    public sealed interface Entry {
        /**
         * @param cuts how many bytes the next answers send before they break off
         * @param ranges whether it knows any
         */
        record Content(byte[] bytes, String etag, boolean ranges, List<Integer> cuts, AtomicInteger served)
                implements Entry {}

        record Redirect(String to, Map<String, String> headers) implements Entry {}

        record Status(int code, Map<String, String> headers) implements Entry {}

        /** It sends so many bytes and then nothing more, in the answer before which {@code served} is 0; in others all. */
        record Silent(Content content, int after, AtomicInteger served) implements Entry {}
    }

    public String url() {
        return "http://" + host + ":" + server.getAddress().getPort();
    }

    public String authority() {
        return host + ":" + server.getAddress().getPort();
    }

    public void put(String path, byte[] bytes, Integer... cuts) {
        entries.put(path, content(bytes, "\"v1\"", cuts));
    }

    public void put(String path, String text) {
        put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Entry.Content content(byte[] bytes, String etag, Integer... cuts) {
        return new Entry.Content(bytes, etag, true, List.of(cuts), new AtomicInteger());
    }

    public void on(String path, Entry entry) {
        entries.put(path, entry);
    }

    /** Who may be answered; whoever may not has an answer already. */
    public void gate(Predicate<HttpExchange> open) {
        gate = open;
    }

    public List<Request> requests(String path) {
        return requests.stream().filter(request -> request.path().equals(path)).toList();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(new Request(exchange.getRequestMethod(), path, Map.copyOf(exchange.getRequestHeaders())));
        try (exchange) {
            if (!gate.test(exchange)) {
                return;
            }
            switch (entries.get(path)) {
                case null -> exchange.sendResponseHeaders(404, -1);
                case Entry.Redirect(String to, Map<String, String> headers) -> {
                    headers.forEach(exchange.getResponseHeaders()::set);
                    exchange.getResponseHeaders().set("Location", to);
                    exchange.sendResponseHeaders(302, -1);
                }
                case Entry.Status(int code, Map<String, String> headers) -> {
                    headers.forEach(exchange.getResponseHeaders()::set);
                    exchange.sendResponseHeaders(code, -1);
                }
                case Entry.Silent(Entry.Content content, int after, AtomicInteger served) -> {
                    if (served.getAndIncrement() == 0) {
                        exchange.getResponseHeaders().set("ETag", content.etag());
                        exchange.sendResponseHeaders(200, content.bytes().length);
                        exchange.getResponseBody().write(content.bytes(), 0, after);
                        exchange.getResponseBody().flush();
                        closed.await();
                    } else {
                        send(exchange, content);
                    }
                }
                case Entry.Content content -> send(exchange, content);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, Entry.Content content) throws IOException {
        byte[] bytes = content.bytes();
        int from = 0;
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        exchange.getResponseHeaders().set("ETag", content.etag());
        int status = 200;
        int to = bytes.length;
        if (content.ranges() && range != null && (condition == null || condition.equals(content.etag()))) {
            String[] bounds = range.replace("bytes=", "").split("-", -1);
            from = Integer.parseInt(bounds[0]);
            to = bounds[1].isEmpty() ? bytes.length : Math.min(bytes.length, Integer.parseInt(bounds[1]) + 1);
            if (from >= bytes.length) {
                exchange.getResponseHeaders().set("Content-Range", "bytes */" + bytes.length);
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
            status = 206;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, to - from == 0 ? -1 : to - from);
        int served = content.served().getAndIncrement();
        int sent = served < content.cuts().size()
                ? Math.min(to - from, content.cuts().get(served))
                : to - from;
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes, from, sent);
            out.flush();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
