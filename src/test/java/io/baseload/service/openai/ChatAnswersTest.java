package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.engine.api.FlowId;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers of the chat route, key by key and chunk by chunk. */
@ScriptedTest
class ChatAnswersTest {
    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    private Web web;

    @BeforeEach
    void open() {
        web = new Web(port);
    }

    @Test
    void aPlainAnswerHasEveryKeyThatClientsRead() throws Exception {
        long before = Instant.now().getEpochSecond();
        Web.Reply reply = web.chat(body("m", ""));
        assertEquals("application/json", reply.header("Content-Type"));
        var answer = (ObjectNode) reply.json();
        assertTrue(answer.remove("id").stringValue().matches("chatcmpl-[0-9a-f]{32}"));
        long created = answer.remove("created").longValue();
        assertTrue(before <= created && created <= Instant.now().getEpochSecond());
        assertEquals(Web.json("""
            {"object": "chat.completion", "model": "the-model", "system_fingerprint": "test-1",
             "choices": [{"index": 0, "logprobs": null, "finish_reason": "stop",
               "message": {"role": "assistant", "content": "Hello, wörld 😀\\nline", "refusal": null}}],
             "usage": {"prompt_tokens": 7, "completion_tokens": 6, "total_tokens": 13,
               "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0}}}\
            """), answer);
    }

    @Test
    void severalChoicesCountThePromptOnce() throws Exception {
        JsonNode answer = web.chat(body("m", ", \"n\": 3")).json();
        assertEquals(3, answer.get("choices").size());
        assertEquals(2, answer.at("/choices/2/index").intValue());
        assertEquals(7, answer.at("/usage/prompt_tokens").intValue());
        assertEquals(18, answer.at("/usage/completion_tokens").intValue());
    }

    @Test
    void logprobsHaveAnEntryForEachToken() throws Exception {
        JsonNode answer =
                web.chat(body("m", ", \"logprobs\": true, \"top_logprobs\": 2")).json();
        JsonNode logprobs = answer.at("/choices/0/logprobs");
        assertEquals(5, logprobs.get("content").size());
        assertTrue(logprobs.get("refusal").isNull());
        assertEquals(Web.json("""
            {"token": "wörld", "logprob": -0.5, "bytes": [119, 195, 182, 114, 108, 100],
             "top_logprobs": [{"token": "wörld", "logprob": -0.5, "bytes": [119, 195, 182, 114, 108, 100]},
                              {"token": "no", "logprob": -9999.0, "bytes": [110, 111]}]}\
            """), logprobs.get("content").get(2));
    }

    @Test
    void aStreamIsRoleThenTextThenReasonThenDone() throws Exception {
        Web.Reply reply = web.chat(body("m", ", \"stream\": true"));
        assertEquals("text/event-stream", reply.header("Content-Type"));
        assertEquals("no-cache", reply.header("Cache-Control"));
        assertEquals("no", reply.header("X-Accel-Buffering"));
        List<JsonNode> chunks = chunks(reply.body());
        assertEquals(7, chunks.size());
        assertEquals(1, chunks.stream().map(ChatAnswersTest::head).distinct().count());
        assertChoice(chunks.getFirst(), """
            {"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": null, "finish_reason": null}\
            """);
        assertChoice(chunks.get(4), """
            {"index": 0, "delta": {"content": " 😀"}, "logprobs": null, "finish_reason": null}\
            """);
        assertChoice(chunks.getLast(), """
            {"index": 0, "delta": {}, "logprobs": null, "finish_reason": "stop"}\
            """);
        assertFalse(reply.body().contains("usage"));
    }

    @Test
    void usageComesInAChunkOfItsOwn() throws Exception {
        Web.Reply reply =
                web.chat(body("m", ", \"stream\": true, \"stream_options\": {\"include_usage\": true}, \"n\": 2"));
        List<JsonNode> chunks = chunks(reply.body());
        assertEquals(0, chunks.getLast().get("choices").size());
        assertEquals(19, chunks.getLast().at("/usage/total_tokens").intValue());
        assertTrue(chunks.subList(0, chunks.size() - 1).stream().noneMatch(chunk -> chunk.has("usage")));
        assertEquals(
                2,
                chunks.stream()
                        .filter(chunk -> chunk.at("/choices/0/delta/role").isString())
                        .count());
        assertEquals(
                2,
                chunks.stream()
                        .filter(chunk -> chunk.at("/choices/0/finish_reason").isString())
                        .count());
    }

    @Test
    void anErrorInMidStreamIsAnEventAndNoDone() throws Exception {
        for (String model : List.of("breaks", "shutdown")) {
            String body = web.chat(body(model, ", \"stream\": true")).body();
            String last = body.substring(body.indexOf("event: error"));
            assertTrue(last.startsWith("event: error\ndata: {\"error\":{\"message\":"), body);
            assertTrue(last.endsWith("}}\n\n"), body);
            assertFalse(
                    body.contains("[DONE]") || body.contains("finish_reason\":\"") || body.contains("secret"), body);
        }
    }

    @Test
    void aPlainAnswerThatFailsIsAnError() throws Exception {
        ErrorFormTest.assertError(web.chat(body("breaks", "")), 500, "server_error", null);
        ErrorFormTest.assertError(web.chat(body("shutdown", "")), 503, "server_error", "overloaded");
    }

    @Test
    void lateErrorsOfTheRequestAreReportedAsSuch() throws Exception {
        Web.Reply plain = web.chat(body("ambiguous", ""));
        ErrorFormTest.assertError(plain, 400, "invalid_request_error", "invalid_value");
        assertEquals("guided_grammar", plain.error().get("param").stringValue());
        String streamed = web.chat(body("ambiguous", ", \"stream\": true")).body();
        String last = streamed.substring(streamed.indexOf("event: error"));
        assertTrue(last.contains("\"type\":\"invalid_request_error\",\"param\":\"guided_grammar\""), streamed);
    }

    @Test
    void rateLimitsStandInTheHeaders() throws Exception {
        Web.Reply reply = web.chat(body("m", ", \"stream\": true"));
        assertEquals("1000", reply.header("x-ratelimit-limit-tokens"));
        assertEquals("900", reply.header("x-ratelimit-remaining-tokens"));
        assertEquals("6m0s", reply.header("x-ratelimit-reset-tokens"));
        assertEquals("", reply.header("x-ratelimit-limit-requests"));
    }

    @Test
    void everyFieldReachesTheModel() throws Exception {
        Web.Reply reply = web.chat("""
            {"model": "m", "messages": [{"role": "developer", "content": "Be kind."},
               {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
               {"role": "assistant", "content": null, "refusal": "No."}],
             "max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "top_k": 40, "min_p": 0.125, "presence_penalty": -1,
             "frequency_penalty": 1.5, "seed": -3, "logit_bias": {"7": 100}, "stop": ["x", "y"], "n": 2, "cache_salt": "ann"}\
            """);
        InferenceRequest request = ((ScriptedInference) inference).asked(reply.header("x-request-id"));
        assertEquals("ann", request.cacheSalt());
        assertEquals(FlowId.Urgency.INTERACTIVE, request.urgency());
        CompletionRequest asked = request.completion();
        var messages = ((Input.Chat) asked.input()).messages();
        assertEquals(Message.system("Be kind."), messages.getFirst());
        assertEquals(new Message.User("a\nb", Optional.of("ann")), messages.get(1));
        assertEquals(Message.assistant("No."), messages.get(2));
        assertEquals(OptionalInt.of(9), asked.maxTokens());
        assertEquals(2, asked.choices());
        assertEquals(List.of("x", "y"), asked.stop());
        assertEquals(-1, asked.topLogprobs());
        var sampling = asked.sampling();
        assertEquals(OptionalLong.of(-3), sampling.seed());
        assertEquals(Map.of(7, 100f), sampling.logitBias());
        assertEquals(
                List.of(0.5f, 0.25f, 40f, 0.125f, -1f, 1.5f),
                List.of(
                        sampling.temperature(),
                        sampling.topP(),
                        (float) sampling.topK(),
                        sampling.minP(),
                        sampling.presencePenalty(),
                        sampling.frequencyPenalty()));
    }

    static List<JsonNode> chunks(String body) {
        String[] events = body.split("\n\n");
        assertEquals("data: [DONE]", events[events.length - 1]);
        return Arrays.stream(events)
                .limit(events.length - 1)
                .map(event -> Web.json(event.substring("data: ".length())))
                .toList();
    }

    private static String head(JsonNode chunk) {
        return chunk.get("id").stringValue() + chunk.get("created") + chunk.get("model") + chunk.get("object");
    }

    private static void assertChoice(JsonNode chunk, String choice) {
        assertEquals(1, chunk.get("choices").size());
        assertEquals(Web.json(choice), chunk.get("choices").get(0));
        assertEquals("chat.completion.chunk", chunk.get("object").stringValue());
    }

    private static String body(String model, String more) {
        return """
            {"model": "%s", "messages": [{"role": "user", "content": "Hi"}]%s}\
            """.formatted(model, more);
    }
}
