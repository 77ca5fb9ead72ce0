package io.baseload.service.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.baseload.service.audit.AuditProperties;
import io.baseload.service.audit.Checkpoint;
import io.baseload.testing.Patience;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The requests to an endpoint that keeps checkpoints. */
class HttpAnchorTest {
    @Test
    void theNoteArrivesAsTextAndARefusalIsSeen() throws Exception {
        var heard = new CopyOnWriteArrayList<String>();
        var status = new AtomicInteger(201);
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            heard.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
        try {
            var url = URI.create("http://localhost:" + server.getAddress().getPort() + "/checkpoints");
            var anchor = new HttpAnchor(
                    new AuditProperties(
                            null,
                            null,
                            List.of(),
                            new AuditProperties.AnchorProperties(null, url, "Bearer x", null),
                            List.of(),
                            List.of(),
                            null,
                            Patience.LIMIT,
                            Duration.ofMinutes(1),
                            null,
                            null),
                    new NoteClient(Patience.LIMIT));
            var checkpoint = new Checkpoint("o", 1, new byte[32], Instant.EPOCH, new byte[32], "o\n1\n…");
            anchor.keep(checkpoint, size -> List.of());
            assertThat(heard).containsExactly("POST Bearer x o\n1\n…");
            status.set(500);
            assertThatThrownBy(() -> anchor.keep(checkpoint, size -> List.of())).hasMessageContaining("answered 500");
        } finally {
            server.stop(0);
        }
    }
}
