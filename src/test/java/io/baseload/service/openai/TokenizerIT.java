package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Tokens of the bundled model over HTTP. */
@ExtendWith(WholeService.class)
class TokenizerIT {
    private static final List<Map<String, String>> GREETING =
            List.of(Map.of("role", "user", "content", "Grüße 👋 to <|im_start|>!"));

    private static Rest rest;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
    }

    @Test
    void joinsTokensToTheSameText() throws Exception {
        String text = "Why is the sky blue? Grüße 👋";
        JsonNode cut = rest.post("/tokenize", Map.of("prompt", text, "return_token_strs", true));
        assertThat(cut.get("max_model_len").asInt()).isEqualTo(8192);
        assertThat(cut.get("tokens")).hasSize(cut.get("count").asInt());
        assertThat(cut.get("token_strs")).hasSameSizeAs(cut.get("tokens"));
        assertThat(IntStream.range(0, 6)
                        .mapToObj(i -> cut.get("token_strs").get(i).asString())
                        .toList())
                .containsExactly("Why", " is", " the", " sky", " blue", "?");
        JsonNode joined = rest.post("/detokenize", Map.of("tokens", cut.get("tokens")));
        assertThat(joined.get("prompt").asString()).isEqualTo(text);
        assertThat(joined.get("content").asString()).isEqualTo(text);
        assertThat(rest.post("/tokenize", Map.of("content", text)).get("tokens"))
                .isEqualTo(cut.get("tokens"));
    }

    @Test
    void anEmptyTextHasNoToken() throws Exception {
        for (String field : List.of("prompt", "content")) {
            JsonNode none = rest.post("/tokenize", Map.of(field, "", "return_token_strs", true));
            assertThat(none.get("count").asInt()).isZero();
            assertThat(none.get("tokens")).isEmpty();
            assertThat(none.get("token_strs")).isEmpty();
        }
        var generating = rest.send("POST", "/v1/completions", Map.of("model", "default", "prompt", ""));
        assertThat(generating.statusCode()).isEqualTo(400);
    }

    @Test
    void aConversationHasTheTokensThatItsAnswerCounts() throws Exception {
        JsonNode cut = rest.post("/v1/tokenize", Map.of("messages", GREETING));
        JsonNode answer =
                rest.post("/v1/chat/completions", Map.of("model", "default", "messages", GREETING, "max_tokens", 1));
        assertThat(cut.get("count").asInt())
                .isEqualTo(answer.at("/usage/prompt_tokens").asInt());
        assertThat(rest.post("/detokenize", Map.of("tokens", cut.get("tokens")))
                        .get("prompt")
                        .asString())
                .contains("<|im_start|>user\nGrüße 👋 to <|im_start|>!<|im_end|>");
    }

    /** No model's request could have as many, but each takes several bytes of the answer. */
    @Test
    void refusesTextsThatNoContextHolds() throws Exception {
        int most = 4 * 8192;
        String text = " the".repeat(most);
        assertThat(rest.post("/tokenize", Map.of("prompt", text, "return_token_strs", true))
                        .get("token_strs"))
                .hasSize(most);
        refused("/tokenize", Map.of("prompt", text + " the"), "prompt");
        refused("/tokenize", Map.of("prompt", "\uA000".repeat(2_700_000)), "prompt");
        var messages = List.of(Map.of("role", "user", "content", text));
        refused("/tokenize", Map.of("messages", messages), "messages");
        var counted = rest.send("POST", "/v1/messages/count_tokens", Map.of("model", "default", "messages", messages));
        assertThat(counted.statusCode()).isEqualTo(400);
        assertThat(counted.body()).contains("prompt is too long: ", " tokens > 8192 maximum");
        refused("/detokenize", Map.of("tokens", Collections.nCopies(most + 1, 1)), "tokens");
    }

    private static void refused(String path, Map<String, ?> body, String field) throws Exception {
        var refused = rest.send("POST", path, body);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains(field, "At most 32768 are converted at once");
    }

    @Test
    void anIdOutsideTheVocabularyIsRefused() throws Exception {
        var refused = rest.send("POST", "/detokenize", Map.of("tokens", List.of(1, 1_000_000)));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Rest.json(refused).at("/error/param").asString()).isEqualTo("tokens");
    }
}
