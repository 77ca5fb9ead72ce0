package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sentencepiece models, encoded by the library if its form is equivalent, otherwise by sentencepiece's own merge. */
class SentencePieceTest {
    private static final int A = PieceModel.FIRST;

    @Test
    void mergesTheBestPieceFirstAndWhatHasNoPieceBecomesBytes() {
        Tokenizer tokenizer = Tokenizer.of(PieceModel.begun()
                .pieces("ab", "\u2581ab", "\u2581", "a", "b", "c")
                .vocabulary());
        assertThat(tokenizer.encode("ab c")).containsExactly(A + 1, A + 2, A + 5);
        assertThat(tokenizer.encode("\u00e9")).containsExactly(A + 2, 3 + 0xC3, 3 + 0xA9);
        assertThat(tokenizer.encodeWhole("ab")).containsExactly(1, A + 1);
        assertThat(tokenizer.encode("ab<s>ab")).containsExactly(A + 1, 1, A + 1);
        assertThat(tokenizer.stopTokens()).containsExactly(2);
        assertThat(tokenizer.startsWithArtificialSpace()).isTrue();
        assertThat(tokenizer.bytes().get(A + 1)).isEqualTo(" ab".getBytes(StandardCharsets.UTF_8));
    }

    /** Gemma's vocabularies have runs of spaces as added tokens. */
    @Test
    void anAddedTokenOfSpacesIsSpaces() {
        Tokenizer tokenizer = Tokenizer.of(PieceModel.begun()
                .pieces("\u2581", "a")
                .piece("\u2581\u2581", 0, 4)
                .piece("<\u2581>", 0, 3)
                .vocabulary());
        assertThat(tokenizer.bytes().get(A + 2)).isEqualTo("  ".getBytes(StandardCharsets.UTF_8));
        assertThat(tokenizer.bytes().get(A + 3)).isEqualTo("<\u2581>".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void equalScoresAreMergedLeftmostFirst() {
        PieceModel model = PieceModel.begun().pieces("\u2581", "a", "b", "c");
        model.piece("ab", 0, 1).piece("bc", 0, 1).piece("\u2581a", 0, 1);
        Tokenizer tokenizer = Tokenizer.of(model.vocabulary());
        assertThat(tokenizer.encode("abc")).containsExactly(A + 6, A + 5);
        assertThat(tokenizer.encode("cabc")).containsExactly(A, A + 3, A + 4, A + 3);
    }

    @Test
    void bothWaysAgreeWhereNoScoresAreEqual() {
        var tokens = PieceModel.begun()
                .pieces("\u2581", "a", "b", "\u2581a", "ab", "ba", "aba", "\u2581ab", "bb", "abba", "aa")
                .vocabulary();
        SentencePieceModel model = SentencePieceModel.read(new JsonFiles(tokens));
        SentencePieces pieces = model.pieces(SentencePieces.Prefix.EVERY_STRETCH);
        assertThat(new SentencePieceMerges(pieces).exact()).isTrue();
        Encoder library = new PieceEncoders(pieces, model.added()).parsing();
        Encoder own = new SentencePieceEncoder(pieces, new AddedTexts(model.added()));
        assertThat(library).isInstanceOf(NativeTokenizer.class);
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            random.ints(1 + random.nextInt(40), 0, 5)
                    .forEach(c ->
                            text.append(List.of("a", "b", " ", "</s>", "\u4f60").get(c)));
            assertThat(own.encode(text.toString())).as(text.toString()).isEqualTo(library.encode(text.toString()));
        }
    }

    @Test
    void withoutLegacyOnlyATextsBeginningGetsASpace() {
        PieceModel model = PieceModel.begun().pieces("\u2581", "a", "\u2581a");
        Tokenizer tokenizer =
                Tokenizer.of(model.file("tokenizer_config.json", "{\"legacy\": false, \"add_bos_token\": false}")
                        .vocabulary());
        assertThat(tokenizer.encodeWhole("a<s>a")).containsExactly(A + 2, 1, A + 1);
        SpecialTextGuard guard = tokenizer.guard(List.of());
        int[] tokens = guard.encode("a<s>" + guard.guard("a</s>a"));
        assertThat(tokens).startsWith(A + 2, 1, A + 1, 3 + '<').endsWith(A + 1).doesNotContain(2);
    }

    @Test
    void aStretchWithAUsersSpecialTextGetsNoSpaceWithinIt() {
        Tokenizer tokenizer = Tokenizer.of(
                PieceModel.begun().pieces("\u2581", "a", "\u2581a", "aa").vocabulary());
        SpecialTextGuard guard = tokenizer.guard(List.of());
        String user = "aa</s>a";
        int[] tokens = guard.encode("<s>" + guard.guard(user) + "<s>a");
        int[] plain = tokenizer.encodePlain(user);
        assertThat(Arrays.copyOfRange(tokens, 1, tokens.length - 2)).isEqualTo(plain);
        assertThat(plain).doesNotContain(2);
        assertThat(tokens).startsWith(1).endsWith(1, A + 2);
    }

    @Test
    void yuansTokensAreThoseOfItsAuthors() {
        PieceModel model = PieceModel.begun().pieces("\u2581", "a", "\u2583", "<eod>", "<n>", "<sep>");
        Tokenizer tokenizer =
                Tokenizer.of(model.file("tokenizer_config.json", "{\"add_bos_token\": true, \"add_eos_token\": true}")
                        .vocabulary());
        int eod = A + 3;
        int sep = A + 5;
        int mask = A + 7;
        assertThat(tokenizer.encodeWhole("a<sep>a<eod><mask>")).containsExactly(A, A + 1, sep, A, A + 1, eod, mask);
        assertThat(tokenizer.encode("</s>")).doesNotContain(2);
        assertThat(tokenizer.encode("<n>")).doesNotContain(A + 4);
        assertThat(tokenizer.stopTokens()).containsExactly(eod);
        assertThat(tokenizer.isSpecial(2)).isFalse();
        assertThat(new String(tokenizer.shown().get(A + 4), StandardCharsets.UTF_8))
                .isEqualTo("\n");
        assertThat(new String(tokenizer.shown().get(A + 2), StandardCharsets.UTF_8))
                .isEqualTo("\n");
        assertThat(new String(tokenizer.bytes().get(A + 4), StandardCharsets.UTF_8))
                .isEqualTo("<n>");
    }

    @Test
    void refusesOtherAlgorithmsByName() {
        assertThatThrownBy(() ->
                        Tokenizer.of(PieceModel.begun().pieces("a").type(1).vocabulary()))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model_type 1");
        assertThatThrownBy(
                        () -> Tokenizer.of(PieceModel.begun().piece("a", 0, 9).vocabulary()))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("the type of token 259 is 9");
    }

    @Test
    void refusesWhatIsCutOrGarbledWithItsPlace() {
        byte[] whole = PieceModel.begun().pieces("a").bytes();
        Random random = new Random(3);
        for (int i = 1; i < 400; i++) {
            byte[] bad = Arrays.copyOf(whole, random.nextInt(whole.length));
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            assertThatThrownBy(() -> Tokenizer.of(new PieceModel().raw(bad)))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("tokenizer.model");
        }
    }
}
