package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.TextReader;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** 200 schemas: what is drawn from their masks parses and validates, and what isn't valid is refused. */
class SchemaGrammarTest {
    private static Tokenizer tokenizer;
    private static TokenTable table;

    @BeforeAll
    static void load() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            tokenizer = Tokenizer.of(GgufVocabulary.read(file.metadata()));
        }
        table = new TokenTable(tokenizer);
    }

    static List<Example> examples() {
        List<Example> all = Example.all();
        assertThat(all).hasSize(200);
        return all;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void whatIsDrawnParsesAndValidates(Example example) {
        Constraint constraint =
                Constraint.compile(SchemaGrammar.of(example.schema(), Layout.TIGHT, table.writable()), table);
        TextReader free = new TextReader(SchemaGrammar.of(example.schema(), Layout.FREE, CodePoints.ALL));
        Random random = new Random(example.id().hashCode());
        for (int walk = 0; walk < 4; walk++) {
            Optional<String> text = draw(constraint.mask(), random);
            text.ifPresent(json -> {
                assertThat(example.problems(json)).as(json).isEmpty();
                assertThat(free.departure(json)).as(json).isEmpty();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void whatIsNotValidIsRefused(Example example) {
        TextReader reader = new TextReader(SchemaGrammar.of(example.schema(), Layout.FREE, CodePoints.ALL));
        for (String text : example.no()) {
            assertThat(example.problems(text)).as(text).isNotEmpty();
            assertThat(reader.departure(text)).as(text).isPresent();
        }
    }

    /** A text of tokens drawn at random; empty if it doesn't end in time. */
    private static Optional<String> draw(TokenMask mask, Random random) {
        var text = new ByteArrayOutputStream();
        long[] bits = new long[(tokenizer.bytes().size() + 63) / 64];
        for (int tokens = 0; tokens < 300; tokens++) {
            mask.allow(bits);
            BitSet allowed = BitSet.valueOf(bits);
            assertThat(allowed.isEmpty())
                    .as(text.toString(StandardCharsets.UTF_8))
                    .isFalse();
            int stop = allowed.get(2) ? 2 : -1;
            int token = stop >= 0 && random.nextInt(4) > 0 ? stop : pick(allowed, random);
            if (tokenizer.stopTokens().contains(token)) {
                return Optional.of(text.toString(StandardCharsets.UTF_8));
            }
            text.writeBytes(tokenizer.bytes().get(token));
            mask.advance(token);
        }
        return Optional.empty();
    }

    /** Where many tokens may come it is a string: half of the time one that can close it, so that it does. */
    private static int pick(BitSet allowed, Random random) {
        int quote = tokenizer.encode("\"")[0];
        if (allowed.get(quote) && random.nextInt(3) == 0) {
            return quote;
        }
        return allowed.stream()
                .skip(random.nextInt(allowed.cardinality()))
                .findFirst()
                .orElseThrow();
    }
}
