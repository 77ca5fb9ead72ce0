package io.baseload.conformance;

import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Texts with their tokens and what these decode to, and a conversation with its rendered text and tokens.
 *
 * @param twin whether the tokenizer is that of a GGUF twin: it has no normalizer, so texts that the checkpoint's would normalize are none of its cases
 */
record WordsCheck(JsonNode expected, boolean twin) {
    void run(Tally tally, Tokenizer tokenizer) {
        int i = 0;
        for (JsonNode c : expected.path("tokenization")) {
            String text = ConformanceJson.text(c, "text");
            if (!twin || Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
                tally.count("tokenization[" + i + "]", tokens(tokenizer, text, c));
            }
            i++;
        }
        String template = tokenizer.chatTemplates().get(Vocabulary.DEFAULT_TEMPLATE);
        if (expected.has("chat")) {
            tally.count("chat", template == null ? Optional.of("has no template") : chat(tokenizer, template));
        }
    }

    private static Optional<String> tokens(Tokenizer tokenizer, String text, JsonNode c) {
        int[] ids = ConformanceJson.ints(c.get("ids"));
        String decoded = new String(Tokenizers.bytes(tokenizer, ids), StandardCharsets.UTF_8);
        return ConformanceJson.equal(tokenizer.encodeWhole(text), ids)
                .or(() -> decoded.equals(ConformanceJson.text(c, "decoded"))
                        ? Optional.empty()
                        : Optional.of("decodes to " + decoded));
    }

    private Optional<String> chat(Tokenizer tokenizer, String template) {
        JsonNode chat = expected.get("chat");
        Map<String, Object> variables = new HashMap<>(ConformanceJson.map(chat));
        variables.put("bos_token", tokenizer.bosText());
        variables.put("eos_token", tokenizer.eosText());
        String rendered = ChatTemplate.compile(template).render(variables, LocalDateTime.MIN);
        return rendered.equals(ConformanceJson.text(chat, "rendered"))
                ? ConformanceJson.equal(tokenizer.encode(rendered), ConformanceJson.ints(chat.get("ids")))
                : Optional.of("renders " + rendered);
    }
}
