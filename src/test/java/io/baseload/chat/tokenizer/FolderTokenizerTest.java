package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.template.ChatTemplate;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.VocabularyFiles;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tokenizers of Hugging Face folders, compared with transformers. */
class FolderTokenizerTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma", "yuan2"})
    void givesTheReferencesIdsTextsAndRenderings(String folder) {
        Tokenizer tokenizer = Tokenizer.of(read(folder));
        JsonNode expected = json(folder, "expected.json");
        for (JsonNode c : expected.get("tokenization")) {
            int[] ids = ints(c.get("ids"));
            assertThat(tokenizer.encodeWhole(c.get("text").asString()))
                    .as(c.get("text").asString())
                    .isEqualTo(ids);
            assertThat(text(tokenizer, ids)).isEqualTo(c.get("decoded").asString());
        }
        JsonNode chat = expected.get("chat");
        String rendered = ChatTemplate.compile(template(tokenizer)).render(variables(chat), LocalDateTime.MIN);
        assertThat(rendered).isEqualTo(chat.get("rendered").asString());
        assertThat(tokenizer.encode(rendered)).isEqualTo(ints(chat.get("ids")));
    }

    @Test
    void stopsAtWhatTheFilesNameAndWhatIsKnownToEndAnswers() {
        Tokenizer tokenizer = Tokenizer.of(read("llama"));
        assertThat(tokenizer.stopTokens()).containsExactlyInAnyOrder(381, 383);
        assertThat(tokenizer.eosText()).isEqualTo("<|im_end|>");
        assertThat(tokenizer.bosText()).isEmpty();
        assertThat(Tokenizer.of(read("yuan2")).stopTokens()).containsExactly(381);
    }

    @Test
    void plainTextHoldsNoSpecialTokenAndNumbersTheOthersAsBefore() {
        Tokenizer tokenizer = Tokenizer.of(withAdded("<tool>", false));
        String text = "x<|im_end|><tool>y";
        assertThat(tokenizer.encode(text)).containsExactly(87, 383, 384, 88);
        assertThat(tokenizer.encodePlain(text)).contains(384).doesNotContain(381, 382, 383);
        assertThat(text(tokenizer, tokenizer.encodePlain(text))).isEqualTo(text);
        assertThat(tokenizer.isSpecial(383)).isTrue();
        assertThat(tokenizer.isSpecial(384)).isFalse();
    }

    /** Gemma's vocabularies have HTML's tags, one of which ends answers in others. */
    @Test
    void aTagOfHtmlEndsNoAnswer() {
        Tokenizer tokenizer = Tokenizer.of(withAdded("</s>", false));
        assertThat(tokenizer.stopTokens()).containsExactlyInAnyOrder(381, 383);
        assertThat(tokenizer.isSpecial(384)).isFalse();
        assertThat(tokenizer.encodePlain("</s>")).containsExactly(384);
        assertThat(Tokenizer.of(withAdded("</s>", true)).stopTokens()).contains(384);
    }

    /** In a byte-level vocabulary ▁ is itself. */
    @Test
    void anAddedTokenIsTheTextThatItIs() {
        Tokenizer tokenizer = Tokenizer.of(withAdded("\u2581", false));
        assertThat(tokenizer.bytes().get(384)).isEqualTo("\u2581".getBytes(StandardCharsets.UTF_8));
    }

    private static Vocabulary.Files withAdded(String text, boolean special) {
        return changed(
                "tokenizer.json", json -> json.replaceFirst("\"added_tokens\": *\\[", """
                    "added_tokens": [{"id": 384, "content": "%s", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": %s},\
                    """.formatted(text, special)));
    }

    /** Qwen3-Embedding's EOS comes from the post-processor alone. */
    @Test
    void aSettingThatTheClassIgnoresLeavesThePostProcessor() {
        Vocabulary.Files ending = changed(read("llama"), "tokenizer.json", json -> {
            ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json);
            root.set("post_processor", JsonMapper.shared().readTree("""
                {"type": "TemplateProcessing",
                "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<|im_end|>", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"<|im_end|>": {"id": "<|im_end|>", "ids": [383], "tokens": ["<|im_end|>"]}}}\
                """));
            return root.toString();
        });
        Tokenizer qwen = Tokenizer.of(configured(ending, "Qwen2Tokenizer", "{\"add_bos_token\": false}"));
        assertThat(qwen.encodeWhole("a")).hasSize(2).endsWith(383);
        Tokenizer llama = Tokenizer.of(configured(ending, "LlamaTokenizerFast", "{\"add_bos_token\": false}"));
        assertThat(llama.encodeWhole("a")).hasSize(1);
    }

    /** As in e5-mistral. */
    @Test
    void aSettingForTheEndDoesNotTakeTheBeginning() {
        String settings = "{\"bos_token\": \"<|im_start|>\", \"add_eos_token\": true}";
        Tokenizer tokenizer = Tokenizer.of(configured(read("llama"), "LlamaTokenizer", settings));
        assertThat(tokenizer.encodeWhole("a")).hasSize(3).startsWith(382).endsWith(383);
    }

    /** With another class of the tokenizer, and these settings in place of its own. */
    private static Vocabulary.Files configured(Vocabulary.Files files, String tokenizerClass, String settings) {
        return changed(files, "tokenizer_config.json", json -> {
            ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json);
            root.remove("add_bos_token");
            root.put("tokenizer_class", tokenizerClass);
            root.setAll((ObjectNode) JsonMapper.shared().readTree(settings));
            return root.toString();
        });
    }

    @Test
    void truncationAndPaddingOfATokenizerAreSwitchedOff() {
        Tokenizer tokenizer = Tokenizer.of(changed(
                "tokenizer.json",
                json -> json.replaceFirst("\"truncation\": *null", """
                    "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}\
                    """).replaceFirst("\"padding\":" + " *null", """
                        "padding": {"strategy": {"Fixed": 64}, "direction": "Left", "pad_to_multiple_of": null,
                        "pad_id": 0, "pad_type_id": 0, "pad_token": "!"}\
                        """)));
        assertThat(tokenizer.encode("q q q q q q")).hasSize(11);
    }

    @Test
    void charactersThatANormalizerMayDropHaveNoLowerBound() {
        String text = "a long text of words ".repeat(200);
        assertThat(Tokenizer.of(read("llama")).leastTokens(text)).isPositive();
        assertThat(Tokenizer.of(changed("tokenizer.json", json -> json.replace("\"NFC\"", "\"Lowercase\"")))
                        .leastTokens(text))
                .isZero();
    }

    @Test
    void takesTheTemplateInAllItsForms() {
        assertThat(Tokenizer.of(changed("tokenizer_config.json", json -> """
            {"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}\
            """)).chatTemplates())
                .isEqualTo(Map.of("default", "D", "tool_use", "T"));
        assertThat(Tokenizer.of(changed("chat_template.jinja", json -> "J")).chatTemplates())
                .isEqualTo(Map.of("default", "J"));
        assertThat(Tokenizer.of(changed("additional_chat_templates/rag.jinja", json -> "R"))
                        .chatTemplates())
                .containsEntry("rag", "R")
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"model\": {",
                "{\"added_tokens\": [], \"model\": {\"type\": \"WordLevel\", \"vocab\": []}}",
                "{\"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 2147483647}, \"merges\":"
                        + " []}}",
                "{\"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}",
                "{\"added_tokens\": [], \"model\": {\"type\": \"BPE\", \"merges\": []}}",
                "{\"added_tokens\": 5, \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}",
                "{\"added_tokens\": [{}], \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}",
                "{\"added_tokens\": [], \"added_tokens\": []}",
                "{\"added_tokens\": [], \"decoder\": {\"type\": \"CTC\"}}",
                "{\"added_tokens\": [], \"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}}"
            })
    void refusesABadTokenizerFileByName(String json) {
        assertThatThrownBy(() -> Tokenizer.of(changed("tokenizer.json", old -> json)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("tokenizer.json");
    }

    /** The library would end the process when it reads a text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"[CLS]\", \"type_id\":"
                        + " 0}}], \"pair\": [], \"special_tokens\": {}}",
                "{\"type\": \"Sequence\", \"processors\": [{\"type\": \"TemplateProcessing\", \"single\": [], \"pair\":"
                        + " [{\"SpecialToken\": {\"id\": \"[CLS]\", \"type_id\": 0}}], \"special_tokens\": {}}]}"
            })
    void refusesATemplateWithATokenThatItDoesNotDescribe(String processor) {
        assertThatThrownBy(() -> Tokenizer.of(postProcessed(processor)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("special_tokens of the post_processor omit \"[CLS]\"");
    }

    private static Vocabulary.Files postProcessed(String processor) {
        return changed("tokenizer.json", json -> {
            ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(json);
            root.set("post_processor", JsonMapper.shared().readTree(processor));
            return root.toString();
        });
    }

    @Test
    void refusesATokenThatTheVocabularyOmits() {
        assertThatThrownBy(() -> Tokenizer.of(postProcessed(
                        "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 384], \"cls\": [\"[CLS]\", 0]}")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("tokenizer.json: adds the token 384 to texts, expected 0 to 383");
    }

    @Test
    void refusesWhatIsNestedWithoutEnd() {
        String deep = "{\"normalizer\": " + "[".repeat(100_000);
        assertThatThrownBy(() -> Tokenizer.of(changed("tokenizer.json", old -> deep)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("nesting");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokenizer_config.json|{\"add_bos_token\": \"yes\"}|add_bos_token",
                "tokenizer_config.json|{\"added_tokens_decoder\": {\"99999999999\": {\"content\":"
                        + " \"x\"}}}|added_tokens_decoder",
                "tokenizer_config.json|{\"chat_template\": 7}|chat_template",
                "generation_config.json|{\"eos_token_id\": [\"a\"]}|eos_token_id",
                "config.json|{\"vocab_size\": 1e9}|vocab_size"
            })
    void refusesABadConfigurationByNameAndKey(String file) {
        String[] parts = file.split("\\|", -1);
        assertThatThrownBy(() -> Tokenizer.of(changed(parts[0], old -> parts[1])))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(parts[0])
                .hasMessageContaining(parts[2]);
    }

    private static Vocabulary.Files read(String folder) {
        return VocabularyFiles.read(folder(folder));
    }

    /** The folder "llama" with one file changed or added. */
    private static Vocabulary.Files changed(String file, UnaryOperator<String> change) {
        return changed(read("llama"), file, change);
    }

    private static Vocabulary.Files changed(Vocabulary.Files files, String file, UnaryOperator<String> change) {
        Map<String, byte[]> contents = new TreeMap<>(files.files());
        String old = new String(contents.getOrDefault(file, new byte[0]), StandardCharsets.UTF_8);
        contents.put(file, change.apply(old).getBytes(StandardCharsets.UTF_8));
        return new Vocabulary.Files(files.folder(), contents);
    }

    private static Path folder(String name) {
        return TestModels.resource("words/" + name);
    }

    private static JsonNode json(String folder, String file) {
        return JsonMapper.shared().readTree(folder(folder).resolve(file).toFile());
    }

    private static String template(Tokenizer tokenizer) {
        return tokenizer.chatTemplates().getOrDefault(Vocabulary.DEFAULT_TEMPLATE, "");
    }

    private static Map<String, Object> variables(JsonNode chat) {
        List<Map<String, String>> messages = chat.get("messages")
                .valueStream()
                .map(m -> Map.of(
                        "role",
                        m.get("role").asString(),
                        "content",
                        m.get("content").asString()))
                .toList();
        return new HashMap<>(Map.of("messages", messages, "add_generation_prompt", true));
    }

    private static String text(Tokenizer tokenizer, int[] tokens) {
        var out = new ByteArrayOutputStream();
        IntStream.of(tokens).forEach(id -> out.writeBytes(tokenizer.bytes().get(id)));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
