package io.baseload.service.openai;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.service.contents.ResponseStore;
import io.baseload.service.inference.Inference;
import io.baseload.service.web.ApiException;
import io.baseload.testing.Patience;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Clients that leave, send slowly or too much, read slowly, or go on using a connection. */
@ScriptedTest
class ConnectionsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = """
        {"model": "%s", "messages": [{"role": "user", "content": "Hi"}], "stream": true}\
        """;
    private static final int MEGABYTE = 1 << 20;

    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    @Autowired
    private ResponseStore responses;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping routes;

    @ParameterizedTest
    @ValueSource(strings = {"prefill", "drip"})
    void aClientThatLeavesStopsTheWork(String model) throws Exception {
        CompletableFuture<Long> cancelled;
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post(CHAT, ASK.formatted(model)));
            String head = connection.readThrough("\r\n\r\n");
            connection.readThrough("\"content\":\"\"}");
            cancelled = cancelOf(RawConnection.header(head, "x-request-id"));
            assertFalse(cancelled.isDone());
        }
        cancelled.get(Patience.LIMIT.toMinutes(), MINUTES);
    }

    @Test
    void aClientThatClosesItsSideOfAStreamHasLeft() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post(CHAT, ASK.formatted("prefill")));
            String head = connection.readThrough("\r\n\r\n");
            connection.endSending();
            cancelOf(RawConnection.header(head, "x-request-id")).get(Patience.LIMIT.toMinutes(), MINUTES);
        }
    }

    /** A blank line after a comment would be an empty event for some clients. */
    @Test
    void aSilentStreamHasCommentsAndNoBlankLines() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post(CHAT, ASK.formatted("patient")));
            String head = connection.readThrough("\r\n\r\n");
            connection.readThrough("\"content\":\"\"}");
            connection.readThrough("\n\n");
            String silence = connection.readThrough(":ping\n");
            ((ScriptedInference) inference).letGo(RawConnection.header(head, "x-request-id"));
            silence += connection.readThrough("data: ");
            assertFalse(silence.contains("\n\n"), silence);
            String rest = connection.readThrough("data: [DONE]\n\n");
            assertTrue(rest.contains("\"content\":\"Hello\""), rest);
        }
    }

    @Test
    void aConnectionServesAgainAfterAStream() throws Exception {
        try (var connection = new RawConnection(port)) {
            for (int i = 0; i < 3; i++) {
                connection.send(RawConnection.post(CHAT, ASK.formatted("m")));
                assertTrue(connection.readThrough("\r\n\r\n").startsWith("HTTP/1.1 200"));
                connection.readThrough("data: [DONE]\n\n");
                connection.readThrough("0\r\n\r\n");
            }
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutOffAndItsWorkStopped() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post(CHAT, ASK.formatted("flood")));
            String head = connection.readThrough("\r\n\r\n");
            cancelOf(RawConnection.header(head, "x-request-id")).get(Patience.LIMIT.toMinutes(), MINUTES);
        }
    }

    record Breaking(Exception failure) {
        void answer(HttpServletResponse response) throws Exception {
            response.getOutputStream().print("begun");
            response.flushBuffer();
            throw failure;
        }
    }

    /** Whatever Spring has an answer for, or takes for a client that has left. */
    static List<Exception> failures() {
        return List.of(
                new IllegalStateException("broken off"),
                ApiException.refused(503, "storage_unavailable", "broken off"),
                new ResponseStatusException(HttpStatus.CONFLICT),
                new HttpMessageNotWritableException("broken off"),
                new AccessDeniedException("broken off"),
                new EOFException("of a file, or of another server"));
    }

    /** Without its last chunk. A file that ends as usual would be taken for a whole one. */
    @ParameterizedTest
    @MethodSource("failures")
    void anAnswerThatBreaksOffIsNoWholeOne(Exception failure) throws Exception {
        var route = RequestMappingInfo.paths("/v1/breaking")
                .options(routes.getBuilderConfiguration())
                .build();
        var answer = Breaking.class.getDeclaredMethod("answer", HttpServletResponse.class);
        routes.registerMapping(route, new Breaking(failure), answer);
        try (var connection = new RawConnection(port)) {
            connection.send(RawConnection.post("/v1/breaking", ""));
            assertTrue(connection.readThrough("5\r\nbegun\r\n").startsWith("HTTP/1.1 200"));
            assertEquals("", connection.readAll());
        } finally {
            routes.unregisterMapping(route);
        }
    }

    @Test
    void anUpgradeToHttp2IsAnsweredAsHttp1WithTheBodyRead() throws Exception {
        try (var connection = new RawConnection(port)) {
            String upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n";
            connection.send(RawConnection.post(CHAT, ASK.formatted("m"), upgrade));
            assertTrue(connection.readThrough("\r\n\r\n").startsWith("HTTP/1.1 200"));
            connection.readThrough("data: [DONE]\n\n");
        }
    }

    @Test
    void aLargeBodyWithItsLengthIsRefusedAndDrained() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(head(CHAT) + "Content-Length: " + 10 * MEGABYTE + "\r\n\r\n");
            sendMegabytes(connection, 10);
            assertTooLarge(connection);
        }
    }

    @Test
    void aLargeChunkedBodyIsRefusedAndDrained() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(head(CHAT) + "Transfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 10; i++) {
                connection.send("100000\r\n" + " ".repeat(MEGABYTE) + "\r\n");
            }
            connection.send("0\r\n\r\n");
            assertTooLarge(connection);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
    void aBodyThatIsNotUtf8IsRefused(String charset) throws Exception {
        Web web = new Web(port);
        Web.Reply reply = web.send(web.request(CHAT)
                .header("Authorization", "Bearer " + Web.USER)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(ASK.formatted("m").getBytes(Charset.forName(charset)))));
        assertEquals(400, reply.status());
        assertEquals(
                "The body must be JSON in UTF-8.", reply.error().get("message").stringValue());
    }

    @Test
    void aBodyBelowTheLimitIsRead() throws Exception {
        Web.Reply reply = new Web(port).chat(" ".repeat(7 * MEGABYTE) + ASK.formatted("m"));
        assertEquals(200, reply.status());
    }

    private record Large(String path, String body, int status) {}

    /** Whatever fits into 8 MB, many at a time, in the heap that the service is run with. */
    @Test
    void largeBodiesFitIntoMemory() throws Exception {
        String prompt = "{\"model\": \"m\", \"prompt\": [";
        String messages = "{\"model\": \"m\", \"messages\": [";
        var bodies = List.of(
                new Large("/v1/completions", prompt + "7,".repeat(500_000) + "7]}", 200),
                new Large("/v1/completions", prompt + "7,".repeat(3_900_000) + "7]}", 400),
                new Large(CHAT, messages + "{},".repeat(300_000) + "{}]}", 400),
                new Large(CHAT, messages + "{},".repeat(2_600_000) + "{}]}", 400));
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 2; round++) {
                List<Future<Integer>> answers = bodies.stream()
                        .map(large -> clients.submit(() ->
                                new Web(port).post(large.path(), large.body()).status()))
                        .toList();
                for (int i = 0; i < bodies.size(); i++) {
                    assertEquals(bodies.get(i).status(), answers.get(i).get());
                }
            }
        }
    }

    @Test
    void fiftySlowClientsKeepNobodyWaiting() throws Exception {
        var slow = new ArrayList<RawConnection>();
        try {
            for (int i = 0; i < 50; i++) {
                var connection = new RawConnection(port);
                slow.add(connection);
                connection.send(
                        i % 2 == 0
                                ? "POST " + CHAT + " HTTP/1.1\r\nHost: loc"
                                : head(CHAT) + "Content-Length: 500\r\n\r\n{");
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(200, new Web(port).chat(ASK.formatted("m")).status());
            }
        } finally {
            close(slow);
        }
    }

    /** Each of the tenant's bodies stays in memory as long as its answer runs. */
    @Test
    void theBodiesOfOneTenantLeaveRoomForOthers() throws Exception {
        var running = new ArrayList<RawConnection>();
        int refused = 0;
        try {
            for (int size = 7 * MEGABYTE; size > 100; size /= 8) {
                boolean room = true;
                while (room) {
                    var connection = new RawConnection(port);
                    running.add(connection);
                    connection.send(RawConnection.post(CHAT, " ".repeat(size) + ASK.formatted("patient")));
                    String head = connection.readThrough("\r\n\r\n");
                    room = head.startsWith("HTTP/1.1 200");
                    if (!room) {
                        assertTrue(head.startsWith("HTTP/1.1 503"), head);
                        refused++;
                    }
                }
            }
            assertEquals(6, refused);
            String others = " ".repeat(3 * MEGABYTE) + ASK.formatted("m");
            assertEquals(200, new Web(port).post(CHAT, others, Web.OTHER).status());
        } finally {
            close(running);
            String large = " ".repeat(7 * MEGABYTE) + ASK.formatted("m");
            Patience.await().until(() -> new Web(port).chat(large).status() == 200);
        }
    }

    /** One that takes all of the turn of large bodies. */
    private static String large(String body) {
        return " ".repeat(8 * MEGABYTE - body.length()) + body;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/tokenize                 | {'model': 'held', 'prompt': 'a'}",
                "/detokenize               | {'model': 'held', 'tokens': [1]}",
                "/v1/messages/count_tokens | {'model': 'held', 'messages': [{'role': 'user', 'content': 'a'}]}",
                "/v1/responses/input_tokens | {'model': 'held', 'input': 'a'}"
            })
    void nobodyWaitsForTheTokensOfAnother(String path, String body) throws Exception {
        aChatIsAnsweredMeanwhile(path, body, ((ScriptedInference) inference).tokens);
    }

    @Test
    void nobodyWaitsForTheStoredResponsesOfAnother() throws Exception {
        aChatIsAnsweredMeanwhile(
                "/v1/responses", "{'model': 'm', 'input': 'Hi', 'store': true}", ((ScriptedResponses) responses).room);
    }

    private void aChatIsAnsweredMeanwhile(String path, String body, Gate gate) throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var held = clients.submit(() -> new Web(port).post(path, large(body.replace('\'', '"')), Web.OTHER));
            gate.awaitArrival();
            try {
                var chat = clients.submit(() -> new Web(port).chat(ASK.formatted("m")));
                assertEquals(200, chat.get(Patience.LIMIT.toMinutes(), MINUTES).status());
                assertFalse(held.isDone());
            } finally {
                gate.open();
            }
            assertEquals(200, held.get().status());
        }
    }

    /** Their bodies together are larger than what the heap of this test has for bodies, whatever it is. */
    @Test
    void slowLargeBodiesFillNoHeapAndStopNoOthers() throws Exception {
        var slow = new ArrayList<RawConnection>();
        long room = Math.max(16 * MEGABYTE, Runtime.getRuntime().maxMemory() / 16);
        try {
            for (long sent = 0; sent < room + 7 * MEGABYTE; sent += 7 * MEGABYTE) {
                var connection = new RawConnection(port);
                slow.add(connection);
                connection.send(head(CHAT) + "Content-Length: " + 8 * MEGABYTE + "\r\n\r\n");
                sendMegabytes(connection, 7);
            }
            Web web = new Web(port);
            assertEquals(
                    200, web.chat(" ".repeat(7 * MEGABYTE) + ASK.formatted("m")).status());
            assertEquals(200, web.chat(ASK.formatted("m")).status());
        } finally {
            close(slow);
        }
    }

    @Test
    void aBodyThatStopsComingIsRefused() throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(head(CHAT) + "Content-Length: 500\r\n\r\n{");
            String answer = connection.readThrough("}}");
            assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
            assertTrue(answer.contains("\"code\":\"request_timeout\""), answer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET /v1/models?a=\u0001 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n"
            })
    void malformedRequestsGetTheSameErrorFormat(String request) throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(request);
            String answer = connection.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
            assertTrue(answer.contains("application/json") && answer.contains("{\"error\":{"), answer);
            assertTrue(RawConnection.header(answer, "x-request-id").startsWith("req_"), answer);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET /v1/models HTTP/7.1, 505", "CONNECT a:1 HTTP/1.1, 501"})
    void unsupportedHttpFeaturesAreTheClientsErrors(String line, String status) throws Exception {
        try (var connection = new RawConnection(port)) {
            connection.send(line + "\r\nHost: a:1\r\n\r\n");
            String answer = connection.readAll();
            assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
            assertTrue(answer.contains("\"type\":\"invalid_request_error\""), answer);
        }
    }

    private CompletableFuture<Long> cancelOf(String requestId) {
        return ((ScriptedInference) inference).cancelOf(requestId);
    }

    private static String head(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bl_user\r\n"
                + "Content-Type: application/json\r\n";
    }

    private static void sendMegabytes(RawConnection connection, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            connection.send(" ".repeat(MEGABYTE));
        }
    }

    private static void assertTooLarge(RawConnection connection) throws IOException {
        String answer = connection.readThrough("}}");
        assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
        assertTrue(answer.contains("\"code\":\"request_too_large\""), answer);
    }

    private static void close(List<RawConnection> connections) throws IOException {
        for (RawConnection connection : connections) {
            connection.close();
        }
    }
}
