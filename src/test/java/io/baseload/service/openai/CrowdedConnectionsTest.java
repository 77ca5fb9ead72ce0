package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.inference.Inference;
import io.baseload.testing.Patience;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.test.context.TestPropertySource;

/** As many connections as there may be: a new one doesn't wait until others are late, and those that have waited longest for their client give way. */
@ScriptedTest
@Import(CrowdedConnectionsTest.Counting.class)
@TestPropertySource(
        properties = {
            "server.tomcat.connection-timeout=10m",
            "server.tomcat.keep-alive-timeout=10m",
            "server.tomcat.max-connections=16"
        })
class CrowdedConnectionsTest {
    private static final int CONNECTIONS = 16;
    private static final String CHAT = "/v1/chat/completions";
    private static final String ENDLESS = "/endless";
    private static final int PIECE = 32 << 10;
    private static final String ASK = """
        {"model": "%s", "messages": [{"role": "user", "content": "Hi"}], "stream": true}\
        """;

    /** Requests whose headers have arrived. */
    record Requests(AtomicInteger begun, AtomicInteger ended) {}

    static class Counting {
        @Bean
        Requests requests() {
            return new Requests(new AtomicInteger(), new AtomicInteger());
        }

        @Bean
        FilterRegistrationBean<Filter> counting(Requests requests) {
            var filter = new FilterRegistrationBean<Filter>((request, response, chain) -> {
                requests.begun.incrementAndGet();
                try {
                    if (((HttpServletRequest) request).getRequestURI().equals(ENDLESS)) {
                        while (true) { // until the client has left, or gives way
                            response.getOutputStream().write(new byte[64 << 10]);
                        }
                    }
                    chain.doFilter(request, response);
                } finally {
                    requests.ended.incrementAndGet();
                }
            });
            filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return filter;
        }
    }

    @LocalServerPort
    private int port;

    @Autowired
    private Requests requests;

    @Autowired
    private Inference inference;

    @Autowired
    private ServletWebServerApplicationContext context;

    private final OpenConnections open = new OpenConnections();

    @AfterEach
    void close() throws Exception {
        open.close();
        Patience.await().until(() -> requests.begun.get() == requests.ended.get());
        Patience.await().until(() -> connections().isEmpty());
    }

    private List<NioSocketWrapper> connections() throws ReflectiveOperationException {
        var endpoint = AbstractProtocol.class.getDeclaredMethod("getEndpoint");
        endpoint.setAccessible(true);
        var connector = ((TomcatWebServer) context.getWebServer()).getTomcat().getConnector();
        return ((AbstractEndpoint<?, ?>) Objects.requireNonNull(endpoint.invoke(connector.getProtocolHandler())))
                .getConnections().stream().map(NioSocketWrapper.class::cast).toList();
    }

    /** Whether the service waits for a client that has sent this text, and a client that begins now is therefore younger. A busy machine may begin to wait for all in one moment. */
    private boolean isAwaited(NioSocketWrapper connection, String text) {
        return switch (text) {
            case "" -> System.currentTimeMillis() - connection.getLastRead() > 1;
            case OpenConnections.HALF_A_HEADER ->
                connection.getCurrentProcessor() instanceof Processor reading
                        && reading.getRequest().getStartTimeNanos() > 0;
            default -> requests.begun.get() - requests.ended.get() == CONNECTIONS - 1;
        };
    }

    private void answered() {
        assertThat(Patience.await()
                        .ignoreExceptionsInstanceOf(
                                IOException.class) // cut off: this thread was stopped between connecting and sending
                        .until(this::answer, text -> true))
                .startsWith("HTTP/1.1 200")
                .contains("[DONE]");
    }

    private String answer() throws IOException {
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post(CHAT, ASK.formatted("m"), "Connection: close\r\n"));
            return connection.readAll();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", OpenConnections.HALF_A_HEADER, "body"})
    void theOldestGiveWay(String text) throws Exception {
        open.begin(port, CONNECTIONS - 1, text.equals("body") ? OpenConnections.HALF_A_BODY : text);
        Patience.await()
                .until(() -> connections().stream()
                                .filter(one -> isAwaited(one, text))
                                .count()
                        == CONNECTIONS - 1);
        String body = ASK.formatted("m");
        String request = RawConnection.post(CHAT, body, "Expect: 100-continue\r\n");
        RawConnection youngest = open.begin(port, request.substring(0, request.length() - body.length()));
        youngest.readThrough("\r\n\r\n"); // its body is awaited now
        answered();
        youngest.send(body);
        assertThat(youngest.readThrough("[DONE]")).startsWith("HTTP/1.1 200");
    }

    /** Whoever sends bodies without end would otherwise cost a query of the ledger for each. */
    @Test
    void anAnswerThatNobodyReadsCostsNoQuery() throws Exception {
        int ended = requests.ended.get();
        int queries = ((ScriptedInference) inference).roomQueries.get();
        open.begin(port, CONNECTIONS, OpenConnections.HALF_A_BODY);
        Patience.await().until(() -> requests.ended.get() > ended);
        assertThat(((ScriptedInference) inference).roomQueries).hasValue(queries);
    }

    /** If many arrive at once, the system keeps them until they are accepted; beyond that it drops them, and resets some later. */
    @Test
    void manyMayArriveAtOnce() {
        var connector = ((TomcatWebServer) context.getWebServer()).getTomcat().getConnector();
        assertThat(connector.getProperty("acceptCount")).isEqualTo(1024);
    }

    /** Tomcat alone lists each processor for JMX, under one lock for all connections. */
    @Test
    void nobodyWaitsForAListOfProcessors() throws Exception {
        var connector = ((TomcatWebServer) context.getWebServer()).getTomcat().getConnector();
        var handler = AbstractProtocol.class.getDeclaredMethod("getHandler");
        handler.setAccessible(true);
        var list = Objects.requireNonNull(handler.invoke(connector.getProtocolHandler()));
        synchronized (list) {
            open.begin(port, CONNECTIONS - 1, OpenConnections.HALF_A_HEADER);
            answered();
        }
    }

    /** Nor is a key needed: the answers to many requests without one are long enough together. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1 << 10})
    void answersThatNobodyReadsGiveWay(int reads) throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            open.beginNarrow(port, "GET " + ENDLESS + " HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        Patience.await().until(() -> requests.begun.get() - requests.ended.get() == CONNECTIONS);
        for (int i = 0; i < 5; i++) {
            open.read(reads);
            answered();
        }
    }

    /** It is the oldest, and its thread nearly always waits for its client. */
    @Test
    void aDownloadThatIsReadSlowlyStays() throws Exception {
        RawConnection download = open.beginNarrow(port, "GET " + ENDLESS + " HTTP/1.1\r\nHost: x\r\n\r\n");
        var read = new AtomicInteger();
        var enough = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reader = threads.submit(() -> {
                while (!enough.get() && download.read(PIECE) == PIECE) {
                    read.addAndGet(PIECE);
                    Thread.sleep(1);
                }
                return enough.get();
            });
            try {
                for (int i = 1; i <= 8; i++) {
                    open.begin(port, i == 1 ? CONNECTIONS - 1 : 2, OpenConnections.HALF_A_HEADER);
                    int some = i * (4 << 20);
                    Patience.await().until(() -> reader.isDone() || read.get() > some);
                    answered();
                }
            } finally {
                enough.set(true);
            }
            assertThat(reader.get()).as("read as long as it wanted").isTrue();
        }
    }

    @Test
    void runningAnswersStay() throws Exception {
        List<String> ids = begunStreams(CONNECTIONS - 1);
        open.begin(port, OpenConnections.HALF_A_HEADER);
        answered();
        answered();
        ids.forEach(((ScriptedInference) inference)::letGo);
        for (RawConnection stream : open.all().subList(0, CONNECTIONS - 1)) {
            stream.readThrough("[DONE]");
        }
    }

    @Test
    void theFirstThatEndsGivesWay() throws Exception {
        List<String> ids = begunStreams(CONNECTIONS);
        RawConnection waiting = open.begin(port, RawConnection.post(CHAT, ASK.formatted("m")));
        ((ScriptedInference) inference).letGo(ids.get(3));
        open.all().get(3).readThrough("[DONE]");
        assertThat(waiting.readThrough("[DONE]")).startsWith("HTTP/1.1 200");
        ids.forEach(((ScriptedInference) inference)::letGo);
        open.all().get(4).readThrough("[DONE]");
    }

    private List<String> begunStreams(int count) throws IOException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawConnection stream = open.begin(port, RawConnection.post(CHAT, ASK.formatted("patient")));
            ids.add(RawConnection.header(stream.readThrough("\r\n\r\n"), "x-request-id"));
            stream.readThrough("\"content\":\"\"}");
        }
        return ids;
    }
}
