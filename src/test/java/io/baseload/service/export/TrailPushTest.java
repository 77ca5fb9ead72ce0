package io.baseload.service.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.outbound.BoundedHttp;
import io.baseload.testing.Patience;
import io.baseload.testing.TestCertificate;
import io.baseload.testing.TestPlatform;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The trail is pushed to real receivers, over HTTP and as syslog over TLS. */
class TrailPushTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final Duration LATE = Duration.ofSeconds(30);

    private final TestPlatform platform = TestPlatform.fresh();
    private final AuditTrail trail = platform.get(AuditTrail.class);
    private final List<Long> taken = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger endless = new AtomicInteger();
    /** The longest body that the receiver accepts, and the longest that it has accepted. */
    private final AtomicInteger most = new AtomicInteger(Integer.MAX_VALUE);

    private final AtomicInteger largest = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (endless.getAndDecrement() > 0) {
                exchange.sendResponseHeaders(200, 10); // and no body
                return;
            }
            if (body.length() > most.get()) {
                exchange.sendResponseHeaders(413, -1);
                exchange.close();
                return;
            }
            largest.accumulateAndGet(body.length(), Math::max);
            boolean fails = failures.getAndDecrement() > 0;
            if (!fails) {
                body.lines()
                        .forEach(line ->
                                taken.add(JSON.readTree(line).at("/entry/seq").asLong()));
            }
            exchange.sendResponseHeaders(fails ? 500 : 204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        platform.close();
    }

    private void append(int entries) {
        for (int i = 0; i < entries; i++) {
            trail.append(ACTOR, "admin.test", "subject/" + i, Map.of("i", i));
        }
    }

    private TrailPush push() {
        return new TrailPush(trail, new PushCursors(platform.jdbc(), LEASE));
    }

    private Receiver http() {
        return http(Patience.LIMIT);
    }

    private Receiver http(Duration patience) {
        var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/trail");
        var http = new BoundedHttp(HttpClient.newHttpClient(), patience, HttpReceiver.MAX_ANSWER);
        return new HttpReceiver(http, url, Optional.of("Bearer x"), EntryFormat.JSONL);
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void everythingComesInOrderAlsoAfterAFailureAndANewProcessGoesOn() {
        append(1200);
        failures.set(2);
        try (var first = push()) {
            first.start("siem", http());
            Patience.await().until(() -> taken.size() == 1200);
            append(3);
            Patience.await().until(() -> taken.size() == 1203 && first.behind("siem") == 0);
        }
        append(2);
        try (var second = push()) {
            second.start("siem", http());
            Patience.await().until(() -> taken.size() == 1205);
        }
        assertThat(taken).isEqualTo(upTo(1205));
    }

    @Test
    void aReceiverWithALimitGetsEverythingInSmallerBatches() {
        append(1200);
        most.set(64 << 10);
        try (var push = push()) {
            push.start("siem", http());
            Patience.await().until(() -> taken.size() == 1200 && push.behind("siem") == 0);
        }
        assertThat(taken).isEqualTo(upTo(1200));
    }

    @Test
    void longEntriesAreSentInSmallerBatches() {
        for (int i = 0; i < 6; i++) {
            trail.append(ACTOR, "admin.test", "large", Map.of("text", "x".repeat(200_000)));
        }
        try (var push = push()) {
            push.start("siem", http());
            Patience.await().until(() -> taken.size() == 6 && push.behind("siem") == 0);
        }
        assertThat(taken).isEqualTo(upTo(6));
        assertThat(largest.get()).isBetween(200_000, HttpReceiver.MAX_BODY);
    }

    @Test
    void anErrorDoesNotEndTheSending() {
        append(3);
        var errors = new AtomicInteger(1);
        Receiver receiver = http();
        try (var push = push()) {
            push.start("siem", entries -> {
                if (errors.getAndDecrement() > 0) {
                    throw new StackOverflowError("an entry that is nested too deeply");
                }
                return receiver.send(entries);
            });
            Patience.await().until(() -> taken.containsAll(upTo(3)) && push.behind("siem") == 0);
        }
    }

    @Test
    void aReceiverThatNeverEndsItsAnswerIsGivenUpAndTriedAgain() {
        append(3);
        endless.set(1);
        try (var push = push()) {
            push.start("siem", http(Duration.ofSeconds(2)));
            Patience.await().until(() -> taken.containsAll(upTo(3)) && push.behind("siem") == 0);
        }
        assertThat(endless.get()).isNegative();
    }

    @Test
    void ofTwoProcessesOneSends() {
        try (var second = push()) {
            try (var first = push()) {
                append(5);
                first.start("siem", http());
                Patience.await().until(() -> taken.size() == 5);
                second.start("siem", http());
                append(5);
                Patience.await().until(() -> taken.size() == 10 && first.behind("siem") == 0);
                assertThat(second.behind("siem")).isZero();
            }
            append(5);
            Patience.await().until(() -> taken.size() == 15);
        }
        assertThat(taken).isEqualTo(upTo(15));
    }

    @Test
    void syslogIsFramedAndCountsWhenTheReceiverHasReadToItsEnd(@TempDir Path folder) throws Exception {
        append(3);
        SSLContext tls = TestCertificate.create(folder).context();
        try (var receiver = new SyslogServer(tls, 1)) {
            var syslog = new SyslogReceiver(tls, "localhost", receiver.port(), "host-1", EntryFormat.OCSF, LATE);
            try (var push = push()) {
                push.start("syslog", syslog);
                Patience.await().until(() -> receiver.distinct() == 3);
                append(1);
                Patience.await().until(() -> receiver.distinct() == 4);
            }
            assertThat(receiver.connections.get()).as("one broke").isGreaterThanOrEqualTo(3);
            String message = receiver.messages.getFirst();
            assertThat(message)
                    .matches("(?s)<110>1 \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z host-1 baseload -"
                            + " admin\\.test - \\{.*}");
            JsonNode event = JSON.readTree(message.substring(message.indexOf('{')));
            assertThat(event.at("/metadata/sequence").asLong()).isEqualTo(1);
        }
    }

    @Test
    void aReceiverThatIsNotTrustedGetsNothing(@TempDir Path folder) throws Exception {
        append(1);
        SSLContext tls = TestCertificate.create(folder).context();
        try (var receiver = new SyslogServer(tls, 0)) {
            var stranger = new SyslogReceiver(
                    SSLContext.getDefault(), "localhost", receiver.port(), "host-1", EntryFormat.JSONL, LATE);
            List<AuditEntry> entries = trail.next(0, 10);
            assertThatThrownBy(() -> stranger.send(entries)).isInstanceOf(IOException.class);
            var otherName = new SyslogReceiver(tls, "127.0.0.1", receiver.port(), "host-1", EntryFormat.JSONL, LATE);
            assertThatThrownBy(() -> otherName.send(entries)).isInstanceOf(IOException.class);
            assertThat(receiver.messages).isEmpty();
        }
    }

    @Test
    void aReceiverThatDoesNotReadIsGivenUp(@TempDir Path folder) throws Exception {
        SSLContext tls = TestCertificate.create(folder).context();
        trail.append(ACTOR, "admin.test", "large", Map.of("text", "x".repeat(100_000)));
        List<AuditEntry> entries = Collections.nCopies(300, trail.next(0, 10).getFirst());
        try (var server = new ServerSocket(0, 10, InetAddress.getByName("localhost"))) {
            var silent = Thread.ofVirtual().start(() -> {
                try (var plain = server.accept();
                        var socket = (SSLSocket)
                                tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), false)) {
                    socket.setUseClientMode(false);
                    socket.startHandshake();
                    Thread.sleep(Duration.ofMinutes(10));
                } catch (IOException | InterruptedException e) {
                    // the end of the test
                }
            });
            var syslog = new SyslogReceiver(
                    tls, "localhost", server.getLocalPort(), "host-1", EntryFormat.JSONL, Duration.ofSeconds(2));
            assertThatThrownBy(() -> syslog.send(entries)).isInstanceOf(IOException.class);
            silent.interrupt();
        }
    }

    @Test
    void anAnswerIsAnEventOfApiActivityWithTheAiProfile() {
        trail.append(
                ACTOR,
                AuditEntry.COMPLETION_INTENT,
                "req-1",
                Map.of("model", "m", "fingerprint", "f-1", "address", "192.0.2.7", "prompt_tokens", 7));
        trail.append(
                ACTOR,
                AuditEntry.COMPLETION_OUTCOME,
                "req-1",
                Map.of("model", "m", "state", "done", "prompt_tokens", 7, "completion_tokens", 5, "milliseconds", 12));
        var events = trail.next(0, 10).stream()
                .map(entry -> JSON.readTree(EntryFormat.OCSF.line(entry)))
                .toList();
        JsonNode intent = events.getFirst();
        assertThat(intent.get("class_uid").asInt()).isEqualTo(6003);
        assertThat(intent.get("type_uid").asInt()).isEqualTo(600301);
        assertThat(intent.at("/metadata/profiles/0").asString()).isEqualTo("ai_operation");
        assertThat(intent.at("/src_endpoint/ip").asString()).isEqualTo("192.0.2.7");
        assertThat(intent.at("/ai_model/name").asString()).isEqualTo("m");
        assertThat(intent.at("/actor/user/org/uid").asString()).isEqualTo("acme");
        JsonNode outcome = events.getLast();
        assertThat(outcome.get("status_id").asInt()).isEqualTo(1);
        assertThat(outcome.get("duration").asInt()).isEqualTo(12);
        assertThat(outcome.at("/message_context/total_tokens").asInt()).isEqualTo(12);
        assertThat(JSON.readTree(outcome.get("raw_data").asString()).get("seq").asInt())
                .isEqualTo(2);
    }

    /** A receiver of RFC 5425: reads frames to the connection's end, then closes. */
    private static final class SyslogServer implements AutoCloseable {
        final List<String> messages = new CopyOnWriteArrayList<>();
        final AtomicInteger connections = new AtomicInteger();
        private final SSLContext tls;
        private final ServerSocket server;
        private final AtomicInteger breaking;

        /** @param breaking connections that it breaks before it has read anything */
        SyslogServer(SSLContext tls, int breaking) throws IOException {
            this.tls = tls;
            this.server = new ServerSocket(0, 10, InetAddress.getByName("localhost"));
            this.breaking = new AtomicInteger(breaking);
            Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return server.getLocalPort();
        }

        /** Each message counts once: one that the sender doesn't know to have arrived comes again. */
        int distinct() {
            return Set.copyOf(messages).size();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (var plain = server.accept()) {
                    connections.incrementAndGet();
                    var socket =
                            (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), false);
                    socket.setUseClientMode(false);
                    socket.startHandshake();
                    if (breaking.getAndDecrement() > 0) {
                        plain.setSoLinger(true, 0);
                        plain.close();
                    } else {
                        messages.addAll(read(new DataInputStream(socket.getInputStream())));
                        socket.close();
                    }
                } catch (IOException e) {
                    // a client that doesn't trust it, or the end of the test
                }
            }
        }

        private static List<String> read(DataInputStream in) throws IOException {
            var all = new ArrayList<String>();
            while (true) {
                int length = 0;
                int digit = in.read();
                if (digit < 0) {
                    return all;
                }
                for (; digit != ' '; digit = in.read()) {
                    if (digit < '0' || digit > '9') {
                        throw new EOFException("no length");
                    }
                    length = 10 * length + digit - '0';
                }
                var message = new byte[length];
                in.readFully(message);
                all.add(new String(message, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
