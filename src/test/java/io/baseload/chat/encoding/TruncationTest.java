package io.baseload.chat.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Truncation;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are cut because the request says so: as the same request with a shorter text. */
class TruncationTest {
    private static final Engine ENGINE = Engine.open(EngineOptions.defaults());
    private static final LoadOptions EXACT =
            LoadOptions.named("encoder").withPrecision(Precision.EXACT).withWarmUp(false);
    private static final int CONTEXT = 128;
    private static final String LONG = "the cat ".repeat(100);
    private static final Truncation TO_CONTEXT = ofTexts(Truncation.CONTEXT);

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static LoadedEncoder load(String name) {
        return ENGINE.loadEncoder(Path.of("src/test/resources/encoders", name), EXACT);
    }

    private static Truncation ofTexts(int tokens) {
        return new Truncation(OptionalInt.of(tokens), OptionalInt.empty(), Map.of());
    }

    private static Truncation ofDocuments(int tokens) {
        return new Truncation(OptionalInt.empty(), OptionalInt.of(tokens), Map.of());
    }

    private static EncodingRequest text(String text, Truncation truncation) {
        return new EncodingRequest(
                new EncodingInput.Texts(List.of(text), Optional.empty()), OptionalInt.empty(), truncation);
    }

    private static EncodingRequest documents(String query, String document, Truncation truncation) {
        return new EncodingRequest(
                new EncodingInput.Documents(query, List.of(document)), OptionalInt.empty(), truncation);
    }

    private static float[] output(Encodings encodings, EncodingRequest request) {
        return encodings.prepare(request).start().outputs().join().getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "bert-cls", "bert-mean.gguf", "distilbert-mean"})
    void aTextKeepsItsBeginningAndWhatTheTokenizerAdds(String name) {
        try (LoadedEncoder encoder = load(name)) {
            Encodings encodings = Encodings.of(encoder);
            int[] whole = Tokenizer.of(encoder.vocabulary()).encodeWhole(LONG);
            for (int limit : List.of(3, 10, Truncation.CONTEXT)) {
                EncodingRequest request = text(LONG, ofTexts(limit));
                int length = limit == Truncation.CONTEXT ? CONTEXT : limit;
                assertThat(encodings.prepare(request).tokens()).isEqualTo(length);
                int[] kept = Arrays.copyOf(whole, length);
                kept[length - 1] = whole[whole.length - 1];
                var ids = new EncodingRequest(new EncodingInput.Tokens(List.of(kept)), OptionalInt.empty());
                assertThat(output(encodings, request)).containsExactly(output(encodings, ids));
            }
            assertThat(output(encodings, text("the cat", TO_CONTEXT)))
                    .containsExactly(output(encodings, text("the cat", Truncation.NONE)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-rank", "xlmr-rank"})
    void ofAQueryAndADocumentTheDocumentIsCut(String name) {
        try (LoadedEncoder encoder = load(name)) {
            Encodings encodings = Encodings.of(encoder);
            Tokenizer tokenizer = Tokenizer.of(encoder.vocabulary());
            int cat = tokenizer.encode("the cat").length;
            float[] expected = output(encodings, documents("a man", "the cat", Truncation.NONE));
            EncodingRequest cut = documents("a man", LONG, ofDocuments(cat));
            assertThat(output(encodings, cut)).containsExactly(expected);
            int pair = tokenizer.encodePair("a man", "the cat").tokens().length;
            assertThat(encodings.prepare(cut).tokens()).isEqualTo(pair);
            assertThat(output(encodings, documents("a man", LONG, ofTexts(pair))))
                    .containsExactly(expected);
            assertThat(encodings.prepare(documents("a man", LONG, TO_CONTEXT)).tokens())
                    .isEqualTo(CONTEXT);
            var both = new Truncation(OptionalInt.of(Truncation.CONTEXT), OptionalInt.of(1000), Map.of());
            assertThat(encodings.prepare(documents("a man", LONG, both)).tokens())
                    .as("the smaller limit")
                    .isEqualTo(CONTEXT);
            assertThat(encodings.prepare(documents("a man", "", both)).tokens())
                    .isEqualTo(tokenizer.encodePair("a man", "").tokens().length);
        }
    }

    @Test
    void theQueryIsNeverCut() {
        try (LoadedEncoder encoder = load("bert-rank")) {
            Encodings encodings = Encodings.of(encoder);
            assertRefused(encodings, documents(LONG, "a", TO_CONTEXT), "query", "Of at most 128 tokens, the query");
            assertRefused(encodings, documents("the cat", "a", ofTexts(5)), "query", "take 5: none is left");
            assertRefused(
                    encodings,
                    documents("a man", LONG, ofDocuments(200)),
                    "documents[0]",
                    "maximum context length is 128");
        }
    }

    @Test
    void whatCanNotBeCutIsRefused() {
        try (LoadedEncoder encoder = load("bert-mean")) {
            Encodings encodings = Encodings.of(encoder);
            assertRefused(encodings, text("a", ofTexts(129)), "truncate_prompt_tokens", "context length is 128 tokens");
            assertRefused(encodings, text("a", ofTexts(2)), "input", "takes 2: none is left for the text");
            var ids = new EncodingInput.Tokens(List.of(new int[] {2, 3}));
            assertRefused(
                    encodings, new EncodingRequest(ids, OptionalInt.empty(), TO_CONTEXT), "input", "used unchanged");
        }
    }

    private static void assertRefused(Encodings encodings, EncodingRequest request, String field, String why) {
        assertThatThrownBy(() -> encodings.prepare(request))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(why);
    }
}
