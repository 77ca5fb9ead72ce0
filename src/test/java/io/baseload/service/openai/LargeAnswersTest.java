package io.baseload.service.openai;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.service.inference.Inference;
import io.baseload.testing.Patience;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Large answers, and clients that don't read theirs. */
@ScriptedTest
@TestPropertySource(properties = "server.tomcat.connection-timeout=5m") // no answer is cut off because of its client
class LargeAnswersTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ASK = """
        {"model": "%s", "messages": [{"role": "user", "content": "Hi"}], "stream": true}\
        """;
    private static final int MEGABYTE = 1 << 20;

    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    /** Each answer that its client doesn't read stays in memory, and has no body that was counted. */
    @Test
    void storedResponsesThatNobodyReadsLeaveRoomForOthers() throws Exception {
        int size = 7 * MEGABYTE;
        String asked = "{\"model\": \"m\", \"store\": true, \"input\": \"" + "x".repeat(size) + "\"}";
        String id = new Web(port).post("/v1/responses", asked).json().get("id").stringValue();
        assertUnreadLeaveRoom(
                "GET /v1/responses/" + id + "/input_items HTTP/1.1\r\nHost: localhost\r\n"
                        + "Authorization: Bearer bl_user\r\n\r\n",
                size);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions | {'model': 'verbose', 'messages': [{'role': 'user', 'content': 'a'}]}",
                "/v1/completions      | {'model': 'verbose', 'prompt': 'a'}",
                "/v1/messages         | {'model': 'verbose', 'max_tokens': 9, 'messages': [{'role': 'user', 'content':"
                        + " 'a'}]}",
                "/v1/responses        | {'model': 'verbose', 'input': 'a', 'store': false}",
                "/v1/embeddings       | {'model': 'verbose', 'input': 'a'}",
                "/detokenize          | {'model': 'verbose', 'tokens': [1]}"
            })
    void answersThatNobodyReadsLeaveRoomForOthers(String path, String body) throws Exception {
        assertUnreadLeaveRoom(RawConnection.post(path, body.replace('\'', '"')), ScriptedInference.LONG.length());
    }

    /** One with log-probabilities takes kilobytes for each token. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions | {'model': 'sprawling', 'messages': [{'role': 'user', 'content': 'a'}]}",
                "/v1/completions      | {'model': 'sprawling', 'prompt': 'a'}"
            })
    void anAnswerThatOutgrowsItsShareOfTheMemoryEnds(String path, String body) throws Exception {
        var refused = new Web(port).post(path, body.replace('\'', '"'));
        assertEquals(503, refused.status());
        assertTrue(refused.error().get("message").stringValue().contains("memory"), refused.body());
        awaitCancel(refused);
        assertMemoryIsFree();
    }

    @Test
    void aStreamThatItsClientIsTooSlowForEnds() throws Exception {
        var broken = new Web(port).chat(ASK.formatted("sprawling"));
        assertEquals(200, broken.status());
        assertTrue(broken.body().contains("The memory for bodies and large answers is full."), broken.body());
        awaitCancel(broken);
        assertMemoryIsFree();
    }

    private void awaitCancel(Web.Reply reply) throws Exception {
        ((ScriptedInference) inference).cancelOf(reply.header("x-request-id")).get(Patience.LIMIT.toMinutes(), MINUTES);
    }

    private void assertMemoryIsFree() {
        String large = " ".repeat(7 * MEGABYTE) + ASK.formatted("m");
        Patience.await().until(() -> new Web(port).chat(large).status() == 200);
    }

    /** @param size at least, of each answer */
    private void assertUnreadLeaveRoom(String request, int size) throws Exception {
        long most = Math.max(16 * MEGABYTE, Runtime.getRuntime().maxMemory() / 16) / 2 / size;
        var unread = new ArrayList<RawConnection>();
        try {
            do {
                assertTrue(unread.size() <= most, unread.size() + " answers in memory");
                unread.add(RawConnection.narrow(port));
            } while (isAnswered(unread.getLast(), request));
            String others = " ".repeat(3 * MEGABYTE) + ASK.formatted("m");
            assertEquals(200, new Web(port).post(CHAT, others, Web.OTHER).status());
        } finally {
            for (RawConnection connection : unread) {
                connection.close();
            }
        }
        Patience.await().until(() -> {
            try (var connection = new RawConnection(port)) {
                return isAnswered(connection, request);
            }
        });
    }

    /** Otherwise there is no room: 503, or 529 in Anthropic's API. */
    private static boolean isAnswered(RawConnection connection, String request) throws Exception {
        connection.send(request);
        String head = connection.readThrough("\r\n\r\n");
        assertTrue(head.matches("(?s)HTTP/1.1 (200|503|529).*"), head);
        return head.startsWith("HTTP/1.1 200");
    }
}
