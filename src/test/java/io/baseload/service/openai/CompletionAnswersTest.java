package io.baseload.service.openai;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.service.inference.Inference;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers of the completions route. */
@ScriptedTest
class CompletionAnswersTest {
    @LocalServerPort
    private int port;

    @Autowired
    private Inference inference;

    @Test
    void aPlainAnswerHasEveryKeyThatClientsRead() throws Exception {
        var answer = (ObjectNode) ask("\"Hi\"", "").json();
        assertTrue(answer.remove("id").stringValue().matches("cmpl-[0-9a-f]{32}"));
        answer.remove("created");
        assertEquals(Web.json("""
            {"object": "text_completion", "model": "the-model", "system_fingerprint": "test-1",
             "choices": [{"text": "Hello, wörld 😀\\nline", "index": 0, "logprobs": null, "finish_reason": "stop"}],
             "usage": {"prompt_tokens": 7, "completion_tokens": 6, "total_tokens": 13,
               "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0}}}\
            """), answer);
    }

    @Test
    void everyPromptTimesNIsAChoice() throws Exception {
        JsonNode choices = ask("[\"a\", \"b\"]", ", \"n\": 2").json().get("choices");
        assertEquals(4, choices.size());
        assertEquals(3, choices.get(3).get("index").intValue());
    }

    @Test
    void logprobsAreColumnsOfEqualLength() throws Exception {
        JsonNode logprobs = ask("\"Hi\"", ", \"logprobs\": 2").json().at("/choices/0/logprobs");
        assertEquals(Web.json("""
            {"tokens": ["Hello", ", ", "wörld", " 😀", "\\nline"],
             "token_logprobs": [-0.5, -0.5, -0.5, -0.5, -0.5],
             "top_logprobs": [{"Hello": -0.5, "no": -9999.0}, {", ": -0.5, "no": -9999.0}, {"wörld": -0.5, "no": -9999.0},
                              {" 😀": -0.5, "no": -9999.0}, {"\\nline": -0.5, "no": -9999.0}],
             "text_offset": [0, 5, 7, 12, 14]}\
            """), logprobs);
    }

    @Test
    void offsetsGoOnFromChunkToChunk() throws Exception {
        var chunks = ChatAnswersTest.chunks(
                ask("\"Hi\"", ", \"logprobs\": 0, \"stream\": true").body());
        assertEquals(6, chunks.size());
        assertEquals(12, chunks.get(3).at("/choices/0/logprobs/text_offset/0").intValue());
        assertEquals(
                Web.json("{\"text\": \"\", \"index\": 0, \"logprobs\": null, \"finish_reason\": \"stop\"}"),
                chunks.getLast().get("choices").get(0));
    }

    @Test
    void theFirstTokenOfAnEchoHasNoLogprob() {
        var first = new TokenLogprob(1, "\uFFFD", new byte[] {(byte) 0xC3}, Float.NaN, List.of());
        var second = new TokenLogprob(2, "\uFFFDx", new byte[] {(byte) 0xA9, 'x'}, -1f, List.of());
        assertEquals(
                Web.json("""
                    {"tokens": ["\uFFFD", "\uFFFDx"], "token_logprobs": [null, -1.0], "top_logprobs": [null, {}], "text_offset": [3, 4]}\
                    """),
                Web.json(new String(Json.bytes(TextLogprobs.of(List.of(first, second), 3)), StandardCharsets.UTF_8)));
    }

    @Test
    void maxTokensDefaultsToSixteen() throws Exception {
        assertEquals(OptionalInt.of(16), asked(ask("\"Hi\"", "")).maxTokens());
        assertEquals(
                OptionalInt.of(0),
                asked(ask("\"Hi\"", ", \"max_tokens\": 0, \"echo\": true")).maxTokens());
    }

    @Test
    void everyFieldReachesTheModel() throws Exception {
        CompletionRequest request =
                asked(ask("[[1, 2], [3]]", ", \"best_of\": 3, \"n\": 2, \"echo\": true, \"logprobs\": 5"));
        var prompts = ((Input.Tokens) request.input()).prompts();
        assertArrayEquals(new int[] {1, 2}, prompts.getFirst());
        assertArrayEquals(new int[] {3}, prompts.getLast());
        assertEquals(3, request.bestOf());
        assertEquals(2, request.choices());
        assertEquals(5, request.topLogprobs());
        assertTrue(request.echo());
        assertArrayEquals(
                new int[] {4, 5},
                ((Input.Tokens) asked(ask("[4, 5]", "")).input()).prompts().getFirst());
    }

    private Web.Reply ask(String prompt, String more) throws Exception {
        return new Web(port).completion("{\"model\": \"m\", \"prompt\": " + prompt + more + "}");
    }

    private CompletionRequest asked(Web.Reply reply) {
        return ((ScriptedInference) inference)
                .asked(reply.header("x-request-id"))
                .completion();
    }
}
