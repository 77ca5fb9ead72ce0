package io.baseload.service.outbound;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;

/** Clients for HTTP calls to other servers. None of them follows redirects. */
public final class HttpClients {
    private HttpClients() {}

    /** @param tls trusted certificates and a client certificate; empty = Java's own */
    public static HttpClient of(Duration connectTimeout, Optional<SSLContext> tls) {
        return builder(connectTimeout, tls).build();
    }

    /** For long answers: HTTP/1.1, where closing a connection ends one answer and no other. */
    public static HttpClient http1(Duration connectTimeout, Optional<SSLContext> tls) {
        return builder(connectTimeout, tls)
                .version(HttpClient.Version.HTTP_1_1)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static HttpClient.Builder builder(Duration connectTimeout, Optional<SSLContext> tls) {
        var builder = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
        tls.ifPresent(builder::sslContext);
        return builder;
    }

    /** @param name of a bundle from {@code spring.ssl.bundle}; null = Java's own certificates */
    public static Optional<SSLContext> tls(@Nullable String name, Supplier<SslBundles> bundles) {
        return Optional.ofNullable(name).map(it -> bundles.get().getBundle(it).createSslContext());
    }
}
