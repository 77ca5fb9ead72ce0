package io.baseload.service.pull;

import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.HttpClients;
import io.baseload.service.outbound.RetryAfterHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client for servers of models. Each URL, and each redirect target, is checked against the list of allowed hosts before anything is sent; credentials are sent only to the
 * server that they are for. An answer that breaks off, or may be different later, is a {@link TransientException} or another {@code IOException}; a permanent failure is a {@link
 * PullException}.
 */
final class PullClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PullClient.class);
    private static final int MAX_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> LATER = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HttpClient http;
    private final AllowedHosts hosts;
    private final Duration idle;
    private final Set<WatchedBody> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("pull-clock").daemon().factory());

    /** @param idle the longest time without a byte */
    PullClient(AllowedHosts hosts, Duration connect, Duration idle, Optional<SSLContext> ssl) {
        this.hosts = hosts;
        this.idle = idle;
        this.http = HttpClients.http1(connect, ssl);
        long pause = Math.clamp(idle.toMillis() / 10, 10, 500);
        var unused = clock.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            long now = System.nanoTime();
            open.forEach(body -> body.look(now));
        } catch (RuntimeException | Error e) {
            LOG.error("Silent servers are not noticed now", e);
        }
    }

    /**
     * An answer whose body is still to come.
     *
     * @param body closed by whoever has the reply
     */
    record Reply(HttpResponse<InputStream> response, WatchedBody body, Runnable closed) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        OptionalLong length() {
            return response.headers().firstValueAsLong("Content-Length");
        }

        @Override
        public void close() {
            closed.run();
            try {
                body.close();
            } catch (IOException e) {
                // nobody wants the rest
            }
        }
    }

    /** @throws PullException if the host is not allowed */
    void check(URI url) {
        String scheme = String.valueOf(url.getScheme());
        if ((!scheme.equals("https") && !scheme.equals("http"))
                || url.getHost() == null
                || url.getRawUserInfo() != null) {
            throw new PullException("Expected a URL with http or https, a host and no user: " + shown(url) + ".");
        }
        try {
            if (!hosts.allowsConnection(url)) {
                throw new PullException("The host '" + AllowedHosts.withPort(url)
                        + "' is not among baseload.pulls.allowed-hosts, or leads to a private address.");
            }
        } catch (UnknownHostException e) {
            throw new PullException("The host '" + url.getHost() + "' has no address.", e);
        }
    }

    /** Requests with answers 200, 206 or 416; follows redirects. */
    Reply get(URI url, Map<String, String> headers, Authorization authorization, Stop stop) throws IOException {
        return ask("GET", url, headers, authorization, stop, MAX_REDIRECTS);
    }

    /** The headers of the first answer, which may be a redirect. */
    HttpResponse<?> head(URI url, Authorization authorization, Stop stop) throws IOException {
        try (Reply reply = ask("HEAD", url, Map.of(), authorization, stop, 0)) {
            return reply.response();
        }
    }

    private Reply ask(
            String method,
            URI first,
            Map<String, String> headers,
            Authorization authorization,
            Stop stop,
            int redirects)
            throws IOException {
        URI url = first;
        boolean challenged = false;
        for (int hops = 0; ; ) {
            Reply reply = send(method, url, headers, authorization, stop);
            try {
                int status = reply.status();
                if (REDIRECTS.contains(status)) {
                    if (redirects == 0) {
                        return reply;
                    }
                    if (hops++ == redirects) {
                        throw new PullException(shown(first) + " redirects too many times.");
                    }
                    url = target(url, reply);
                } else if (status == 401 && !challenged && authorization.challenged(url, reply.response())) {
                    challenged = true;
                } else if (status == 200 || status == 206 || status == 416) {
                    return reply;
                } else {
                    throw refused(url, reply);
                }
                reply.close();
            } catch (IOException | RuntimeException e) {
                reply.close();
                throw e;
            }
        }
    }

    private static URI target(URI from, Reply reply) {
        URI to;
        try {
            to = from.resolve(reply.header("Location").orElse(""));
        } catch (IllegalArgumentException e) {
            throw new PullException(shown(from) + " redirects to something that is not a URL.", e);
        }
        if ("https".equals(from.getScheme()) && !"https".equals(to.getScheme())) {
            throw new PullException(shown(from) + " redirects from https to " + shown(to) + ".");
        }
        return to;
    }

    private static IOException refused(URI url, Reply reply) {
        int status = reply.status();
        if (LATER.contains(status)) {
            return new TransientException(
                    shown(url) + " answered " + status,
                    RetryAfterHeader.of(reply.response()).orElse(Duration.ZERO));
        }
        String why = switch (status) {
            case 401, 403 -> ": the key is missing or wrong";
            case 404, 410 -> ": not found";
            default -> "";
        };
        throw new PullException(shown(url) + " answered " + status + why + ".");
    }

    private Reply send(String method, URI url, Map<String, String> headers, Authorization authorization, Stop stop)
            throws IOException {
        check(url);
        var request = HttpRequest.newBuilder(url).method(method, HttpRequest.BodyPublishers.noBody());
        request.header("User-Agent", "baseload");
        headers.forEach(request::header);
        authorization.header(url).ifPresent(value -> request.header("Authorization", value));
        HttpResponse<InputStream> response =
                await(url, http.sendAsync(request.build(), BodyHandlers.ofInputStream()), stop);
        var body = new WatchedBody(response.body(), idle, stop);
        open.add(body);
        return new Reply(response, body, () -> open.remove(body));
    }

    /** The headers must arrive in time; the body has its own watchdog. */
    private HttpResponse<InputStream> await(URI url, CompletableFuture<HttpResponse<InputStream>> answer, Stop stop)
            throws IOException {
        long end = System.nanoTime() + idle.toNanos();
        boolean done = false;
        try {
            while (true) {
                stop.check();
                try {
                    HttpResponse<InputStream> response = answer.get(100, TimeUnit.MILLISECONDS);
                    done = true;
                    return response;
                } catch (TimeoutException e) {
                    if (System.nanoTime() > end) {
                        throw new TransientException(shown(url) + " did not begin to answer", Duration.ZERO);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stop.StoppedException();
        } catch (ExecutionException e) {
            throw new TransientException(shown(url) + " can't be reached: " + e.getCause(), Duration.ZERO);
        } finally {
            if (!done) {
                answer.cancel(true);
            }
        }
    }

    /** A document that is needed completely. */
    byte[] document(URI url, Map<String, String> headers, Authorization authorization, Stop stop) throws IOException {
        try (Reply reply = get(url, headers, authorization, stop)) {
            if (reply.status() != 200) {
                throw new PullException(shown(url) + " answered " + reply.status() + ".");
            }
            var bytes = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int n = reply.body().read(buffer); n >= 0; n = reply.body().read(buffer)) {
                bytes.write(buffer, 0, n);
                if (bytes.size() > PulledJson.MAX_BYTES) {
                    throw new PullException(
                            shown(url) + " answered with more than " + (PulledJson.MAX_BYTES >> 20) + " MB.");
                }
            }
            return bytes.toByteArray();
        }
    }

    /** Without the query, which may contain a key. */
    static String shown(URI url) {
        @Nullable String path = url.getRawPath();
        return url.getScheme() + "://" + url.getRawAuthority() + (path == null ? "" : path);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        http.shutdownNow();
    }
}
