package io.baseload.service.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.Checkpoint;
import io.baseload.testing.Patience;
import io.baseload.testing.TestCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** The requests to an endpoint that keeps checkpoints. */
class HttpAnchorTest {
    private static final Checkpoint CHECKPOINT =
            new Checkpoint("o", 1, new byte[32], Instant.EPOCH, new byte[32], "o\n1\n…");

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger status = new AtomicInteger(201);

    @Test
    void theNoteArrivesAsTextAndARefusalIsSeen() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        start(server);
        try {
            var anchor =
                    new HttpAnchor(properties("http", server, null), new NoteClient(Patience.LIMIT, Optional.empty()));
            anchor.keep(CHECKPOINT, size -> List.of());
            assertThat(heard).containsExactly("POST Bearer x o\n1\n…");
            status.set(500);
            assertThatThrownBy(() -> anchor.keep(CHECKPOINT, size -> List.of())).hasMessageContaining("answered 500");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void anAuthorityOfOnesOwnIsTrustedByItsBundleOnly(@TempDir Path folder) throws Exception {
        var certificate = TestCertificate.create(folder);
        Path authority = certificate.certificateFile(folder.resolve("authority.crt"));
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        start(server);
        try {
            assertThatThrownBy(() ->
                            anchor(properties("https", server, null), authority).keep(CHECKPOINT, size -> List.of()))
                    .hasStackTraceContaining("SSLHandshakeException");
            assertThat(heard).isEmpty();
            anchor(properties("https", server, "bank"), authority).keep(CHECKPOINT, size -> List.of());
            assertThat(heard).containsExactly("POST Bearer x o\n1\n…");
        } finally {
            server.stop(0);
        }
    }

    private static HttpAnchor anchor(AuditProperties properties, Path authority) {
        var trusted = PemSslStoreDetails.forCertificate(authority.toUri().toString());
        SslBundles bundles = new DefaultSslBundleRegistry("bank", SslBundle.of(new PemSslStoreBundle(null, trusted)));
        var beans = new StaticListableBeanFactory(Map.of("bundles", bundles));
        return new HttpAnchor(properties, new NoteClient(properties, beans.getBeanProvider(SslBundles.class)));
    }

    private void start(HttpServer server) {
        server.createContext("/", exchange -> {
            heard.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
    }

    private static AuditProperties properties(String scheme, HttpServer server, @Nullable String bundle) {
        var url = URI.create(scheme + "://localhost:" + server.getAddress().getPort() + "/checkpoints");
        return new AuditProperties(
                null,
                null,
                List.of(),
                new AuditProperties.AnchorProperties(null, url, "Bearer x", null),
                List.of(),
                List.of(),
                null,
                Patience.LIMIT,
                bundle,
                Duration.ofMinutes(1),
                null,
                null);
    }
}
