package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WordPiecesTest {
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private static Tokenizer gguf(String... pieces) {
        List<String> tokens = Stream.concat(SPECIAL.stream(), Stream.of(pieces)).toList();
        return Tokenizer.of(new Vocabulary.Gguf(
                Optional.empty(),
                "bert",
                Optional.empty(),
                tokens,
                tokens.stream().map(token -> SPECIAL.contains(token) ? 3 : 1).toList(),
                new float[0],
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.of(1),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new byte[0],
                Map.of()));
    }

    private static Tokenizer folder(String settings, String... pieces) {
        String lines = String.join("\n", SPECIAL) + "\n" + String.join("\n", pieces) + "\n";
        return Tokenizer.of(new Vocabulary.Files(
                Path.of("folder"),
                Map.of(
                        "vocab.txt",
                        lines.getBytes(StandardCharsets.UTF_8),
                        "tokenizer_config.json",
                        settings.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aWordIsCutIntoItsLongestPieces() {
        Tokenizer tokenizer = gguf("\u2581play", "ing", "\u2581play\u00e9", "\u2581!", "\u6771");
        assertThat(tokenizer.encodeWhole("Playing!")).containsExactly(2, 5, 6, 8, 3);
        assertThat(tokenizer.encodeWhole("unknown")).containsExactly(2, 1, 3);
        assertThat(tokenizer.encodePair("play", "playing").tokens()).containsExactly(2, 5, 3, 5, 6, 3);
        assertThat(tokenizer.encodePair("play", "playing").second()).isEqualTo(3);
        assertThat(tokenizer.encode("[SEP]")).as("a caller's text is parsed").containsExactly(3);
        assertThat(tokenizer.encodePlain("[SEP]")).doesNotContain(3);
    }

    @Test
    void caseCountsIfAPieceHasAnUpperCaseLetter() {
        assertThat(gguf("\u2581Play", "\u2581play").encode("Play play")).containsExactly(5, 6);
        assertThat(gguf("\u2581play", "\u2581[unusedA]", "\u2581\u2102").encode("Play play"))
                .as("\u2102 has no lower case, and a placeholder is no word")
                .containsExactly(5, 5);
    }

    @Test
    void aFolderSaysHowWordsAreLookedUp() {
        String[] pieces = {"cafe", "Caf\u00e9", "caf\u00e9", "Cafe"};
        assertThat(folder("{}", pieces).encode("Caf\u00e9")).containsExactly(5);
        assertThat(folder("{\"do_lower_case\": false}", pieces).encode("Caf\u00e9"))
                .containsExactly(6);
        assertThat(folder("{\"strip_accents\": false}", pieces).encode("Caf\u00e9"))
                .containsExactly(7);
        assertThat(folder("{\"do_lower_case\": false, \"strip_accents\": true}", pieces)
                        .encode("Caf\u00e9"))
                .containsExactly(8);
    }

    @Test
    void otherVocabulariesAreRefused() {
        assertThatThrownBy(() -> folder("{\"tokenizer_class\": \"BertJapaneseTokenizer\"}", "a"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("vocab.txt: is read for the tokenizers of BERT, not for BertJapaneseTokenizer");
        assertThatThrownBy(() -> Tokenizer.of(new Vocabulary.Files(
                        Path.of("folder"), Map.of("vocab.txt", "[UNK]\n[CLS]\na".getBytes(StandardCharsets.UTF_8)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the vocabulary has no token [SEP]");
    }
}
