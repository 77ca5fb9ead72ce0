package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** XLM-R's tokenizer in GGUF, compared with sentencepiece and the tokenizers library: {@code src/test/resources/encoders/make_gguf.py} made the file and asked them. */
class UnigramTest {
    private static final Path FOLDER = Path.of("src/test/resources/encoders");
    private static final List<String> TOKENS = List.of("<s>", "<pad>", "</s>", "<unk>", "▁a", "▁", "a", "b", "[PAD8]");
    private static final List<Integer> TYPES = List.of(3, 3, 3, 2, 1, 1, 1, 1, 5);
    private static final float[] SCORES = {0, 0, 0, 0, -1, -2, -3, -3, -10_000};

    private static Vocabulary.Gguf vocabulary;
    private static Tokenizer tokenizer;
    private static JsonNode expected;

    @BeforeAll
    static void read() {
        try (GgufFile file = GgufFile.open(FOLDER.resolve("xlmr-cls.gguf"))) {
            vocabulary = GgufVocabulary.read(file.metadata());
        }
        tokenizer = Tokenizer.of(vocabulary);
        expected = new ObjectMapper()
                .readTree(FOLDER.resolve("xlmr-cls/tokens.json").toFile());
    }

    @Test
    void textsHaveTheReferencesIds() {
        for (int i = 0; i < expected.path("texts").size(); i++) {
            String text = expected.path("texts").path(i).asString();
            assertThat(tokenizer.encodeWhole(text))
                    .as(text)
                    .isEqualTo(ints(expected.path("ids").path(i)));
        }
    }

    @Test
    void pairsHaveTheReferencesIds() {
        for (int i = 0; i < expected.path("pairs").size(); i++) {
            JsonNode pair = expected.path("pairs").path(i);
            var joined =
                    tokenizer.encodePair(pair.path(0).asString(), pair.path(1).asString());
            assertThat(joined.tokens()).isEqualTo(ints(expected.path("pair_ids").path(i)));
            assertThat(Arrays.copyOf(joined.tokens(), joined.second())).endsWith(2, 2);
        }
    }

    @Test
    void controlTokensAreTextInPlainText() {
        for (int i = 0; i < expected.path("plain").size(); i++) {
            String text = expected.path("plain").path(i).asString();
            assertThat(tokenizer.encodePlain(text))
                    .as(text)
                    .isEqualTo(ints(expected.path("plain_ids").path(i)))
                    .doesNotContain(0, 1, 2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, true, 4 5 7 4",
        "false, true, 4 5 7 4",
        "true, false, 5 4 5 5 7 4 5",
        "false, false, 4 5 5 7 4 5",
    })
    void spacesAreKeptOrMergedAsTheFileSays(boolean prefixed, boolean merged, String ids) {
        Tokenizer some = Tokenizer.of(small(SCORES, OptionalInt.of(3), Optional.of(prefixed), Optional.of(merged)));
        assertThat(some.encode(" a  b a "))
                .containsExactly(Arrays.stream(ids.split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @Test
    void withoutSettingsAnEosIsAddedAsInLlamaCpp() {
        Tokenizer some = Tokenizer.of(small(SCORES, OptionalInt.empty(), Optional.empty(), Optional.empty()));
        assertThat(some.encodeWhole("ac")).containsExactly(6, 3, 2);
        assertThat(some.encodeWhole("[PAD8]")).containsExactly(3, 2);
        assertThat(some.encodePair("a", "b").tokens()).containsExactly(6, 2, 2, 7, 2);
    }

    @Test
    void brokenVocabulariesAreRefused() {
        assertRefused(new float[0], "scores has 0 entries, expected 9");
        float[] scores = SCORES.clone();
        scores[5] = Float.NaN;
        assertRefused(scores, "the score of token 5 is NaN, expected a finite number");
    }

    private static void assertRefused(float[] scores, String why) {
        assertThatThrownBy(() -> Tokenizer.of(small(scores, OptionalInt.of(3), Optional.of(true), Optional.of(true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private static Vocabulary.Gguf small(
            float[] scores,
            OptionalInt unknown,
            Optional<Boolean> addSpacePrefix,
            Optional<Boolean> removeExtraSpaces) {
        return new Vocabulary.Gguf(
                Optional.empty(),
                "t5",
                Optional.empty(),
                TOKENS,
                TYPES,
                scores,
                List.of(),
                OptionalInt.of(0),
                OptionalInt.of(2),
                OptionalInt.empty(),
                unknown,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                addSpacePrefix,
                removeExtraSpaces,
                new byte[0],
                Map.of());
    }

    /** The library would abort the process. */
    @Test
    void aBrokenCharacterMapIsRefused() {
        byte[] map = vocabulary.characterMap();
        int size = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN).getInt();
        assertBroken(new byte[] {1}, "has 1 bytes");
        assertBroken(Arrays.copyOf(map, size), "can't contain an array of " + size);
        assertBroken(Arrays.copyOf(map, size + 4), "leads to the form at");
        byte[] wrong = map.clone();
        Arrays.fill(wrong, 4, 8, (byte) 0xFF);
        assertBroken(wrong, "leads to the unit");
        wrong = map.clone();
        wrong[map.length - 2] = (byte) 0xC3;
        assertBroken(wrong, "not UTF-8");
    }

    @Test
    void aChangedCharacterMapIsRefusedOrHarmless() {
        Random random = new Random(5);
        byte[] map = vocabulary.characterMap();
        String text = String.join(
                " ",
                expected.path("texts").valueStream().map(JsonNode::asString).toList());
        int size = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN).getInt();
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] changed = map.clone();
            for (int k = 0; k < 8; k++) {
                changed[random.nextInt(4 + size)] = (byte) random.nextInt();
            }
            try {
                Tokenizer.of(with(changed)).encode(text);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("precompiled_charsmap");
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 299);
    }

    private static void assertBroken(byte[] map, String why) {
        assertThatThrownBy(() -> Tokenizer.of(with(map)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tokenizer.ggml: precompiled_charsmap")
                .hasMessageContaining(why);
        assertThatThrownBy(() -> Tokenizer.of(folder(Base64.getEncoder().encodeToString(map))))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining("precompiled_charsmap")
                .hasMessageContaining(why);
    }

    /** A folder's map is checked too. */
    private static Vocabulary.Files folder(String characterMap) {
        String json = """
            {"version": "1.0", "added_tokens": [], "pre_tokenizer": null, "decoder": null, "post_processor": null,
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": "%s"}]},
             "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [["<unk>", 0.0], ["é", -1.0]]}}\
            """.formatted(characterMap);
        return new Vocabulary.Files(Path.of("folder"), Map.of("tokenizer.json", json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFolderHasACharacterMapToo() {
        String map = Base64.getEncoder().encodeToString(vocabulary.characterMap());
        assertThat(Tokenizer.of(folder(map)).encode("e\u0301")).containsExactly(1);
        assertThatThrownBy(() -> Tokenizer.of(folder("?")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("precompiled_charsmap is not base 64");
    }

    private static Vocabulary.Gguf with(byte[] characterMap) {
        var v = vocabulary;
        return new Vocabulary.Gguf(
                v.name(),
                v.model(),
                v.pre(),
                v.tokens(),
                v.types(),
                v.scores(),
                v.merges(),
                v.bos(),
                v.eos(),
                v.eot(),
                v.unknown(),
                v.separator(),
                v.addBos(),
                v.addEos(),
                v.addSeparator(),
                v.addSpacePrefix(),
                v.removeExtraSpaces(),
                characterMap,
                v.chatTemplates());
    }

    private static int[] ints(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
