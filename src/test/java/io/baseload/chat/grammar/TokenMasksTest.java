package io.baseload.chat.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks over SmolLM2's vocabulary, against reading each token byte by byte. */
class TokenMasksTest {
    private static Tokenizer tokenizer;
    private static TokenTable table;
    private static DefinedMasks masks;

    @BeforeAll
    static void load() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            tokenizer = Tokenizer.of(GgufVocabulary.read(file.metadata()));
        }
        table = new TokenTable(tokenizer);
        masks = new DefinedMasks(tokenizer, table);
    }

    private static Grammar gbnf(String source) {
        return Gbnf.parse(source, text -> {
            int[] ids = tokenizer.encode(text);
            return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root ::= \"{\\\"name\\\": \" string \", \\\"age\\\": \" [0-9]{1,3} \"}\" string ::= \"\\\"\""
                        + " ([^\"\\\\\\x00-\\x1F] | \"\\\\\" [\"\\\\/bfnrt])* \"\\\"\"",
                "root ::= string{2,5} string ::= \"\\\"\" ([^\"\\\\\\x00-\\x1F] | \"\\\\\" [\"\\\\/bfnrt]){3,9}"
                        + " \"\\\"\" \"x\"?",
                "root ::= ([^\"\\\\\\x00-\\x1F]{1,200} \"\\n\"){2}",
                "root ::= [^\"\\\\\\x00-\\x1F]{2,6} \"abc\"",
                "root ::= value value ::= \"[\" value (\",\" value)* \"]\" | \"{\" [a-z]+ \":\" value \"}\" | [0-9]+",
                "root ::= word (\" \" word)* \".\" word ::= [a-zA-Z]+",
                "root ::= .*",
                "root ::= [ぁ-ゟ]{3,8} | [\\U0001F600-\\U0001F64F]+",
                "root ::= [^ \\x00-\\x1F\"\\\\]{1,7} (\" \" [^ \\x00-\\x1F\"\\\\]{1,4}){0,5}",
                "root ::= <|im_start|> [a-z]{1,4} <|im_start|> | \"<|im_start|>\" [0-9]",
                "root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\"",
            })
    void allowsExactlyWhatCanBeRead(String source) {
        masks.check(gbnf(source), 3, 12);
    }

    /** Counts of a loop that are far from its bounds share a mask. The loop's body begins with loops of their own, and a token may consist of many spaces. */
    @Test
    void sharesNoMaskWithACountFromWhichATokenReachesABound() {
        Grammar grammar = gbnf("root ::= ([a-z]{2} \" \" | \" \"{2}){0,30}");
        TokenMask mask = Constraint.compile(grammar, table).mask();
        Reader reader = new Reader(AutomatonBuilder.compile(grammar, table.writable));
        Stacks at = reader.start();
        for (int token : tokenizer.encode("ab ".repeat(30))) {
            assertThat(masks.allowed(mask)).isEqualTo(masks.defined(reader, at));
            mask.advance(token);
            at = masks.read(reader, at, token);
        }
        assertThat(masks.allowed(mask)).isEqualTo(masks.defined(reader, at));
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void repetitionsOfRepetitionsTakeNoExponentialTime() {
        Grammar grammar = gbnf("root ::= " + "(".repeat(100) + "\"a\"" + "{2})".repeat(100));
        assertThat(AutomatonBuilder.compile(grammar, table.writable)).isNotNull();
    }

    @Test
    void aSlowCallMakesAllAnswersOfItsGrammarSlowUntilMostCallsAreQuick() {
        Constraint constraint = Constraint.compile(gbnf("root ::= (([a-z ]{1,100}){1,100}){1,100}"), table);
        TokenMask answer = constraint.mask();
        TokenMask other = constraint.mask();
        assertThatThrownBy(() -> {
                    for (int token : tokenizer.encode("a river runs through it and the water is cold ".repeat(20))) {
                        masks.allowed(answer);
                        answer.advance(token);
                    }
                })
                .isInstanceOf(GrammarException.class);
        assertThat(answer.mayBeSlow()).isTrue();
        assertThat(other.mayBeSlow()).isTrue();
        assertThat(constraint.mask().mayBeSlow()).isTrue();
        for (int call = 0; call < 256; call++) {
            masks.allowed(other);
        }
        assertThat(answer.mayBeSlow()).isFalse();
    }

    @Test
    void answersOfUsualGrammarsAreNeverSlow() {
        TokenMask mask = Constraint.compile(gbnf("root ::= \"[\" [a-z]+ (\",\" [a-z]+)* \"]\""), table)
                .mask();
        for (int token : tokenizer.encode("[some,words,of,a,list]")) {
            assertThat(mask.mayBeSlow()).isFalse();
            masks.allowed(mask);
            mask.advance(token);
        }
        assertThat(mask.mayBeSlow()).isFalse();
    }

    /** For any drawn tokens, the bytes are UTF-8 and belong to the language. */
    @Test
    void neverBeginsACharacterThatCannotBeEnded() throws Exception {
        Grammar grammar = gbnf("root ::= [^a]{40}");
        Constraint constraint = Constraint.compile(grammar, table);
        Random random = new Random(5);
        for (int walk = 0; walk < 20; walk++) {
            TokenMask mask = constraint.mask();
            var text = new ByteArrayOutputStream();
            for (int token = DefinedMasks.draw(masks.allowed(mask), random);
                    !tokenizer.stopTokens().contains(token); ) {
                text.writeBytes(tokenizer.bytes().get(token));
                mask.advance(token);
                token = DefinedMasks.draw(masks.allowed(mask), random);
            }
            String read = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
            assertThat(new TextReader(grammar).departure(read)).isEmpty();
        }
    }

    /** If each number of characters up to the longest had a set of tokens, the sets would take twelve gigabytes. */
    @Test
    void aVeryLongTokenTakesNoMoreThanItsBytes() {
        List<String> tokens =
                IntStream.range(0, 100_000).mapToObj(i -> "t" + i).collect(Collectors.toCollection(ArrayList::new));
        tokens.addAll(List.of("x".repeat(1_000_000), "x", "t", "1", "<end>"));
        var large = new TokenTable(Tokenizer.of(vocabulary(tokens)));
        assertThat(large.plainUpTo.length).isLessThan(1_000);
        TokenMask mask = Constraint.compile(Gbnf.parse("root ::= \"t1\" | [x]*", text -> OptionalInt.empty()), large)
                .mask();
        long[] bits = new long[large.words()];
        mask.allow(bits);
        assertThat(BitSet.valueOf(bits).stream()).containsExactly(1, 100_000, 100_001, 100_002, 100_004);
    }

    private static Vocabulary vocabulary(List<String> tokens) {
        return new Vocabulary.Gguf(
                Optional.empty(),
                "gpt2",
                Optional.of("gpt-2"),
                tokens,
                tokens.stream().map(token -> token.startsWith("<") ? 3 : 1).toList(),
                new float[0],
                List.of(),
                OptionalInt.empty(),
                OptionalInt.of(tokens.size() - 1),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new byte[0],
                Map.of());
    }

    @Test
    void refusesTokensThatThereAreNone() {
        Grammar grammar = gbnf("root ::= \"a\" <[99999999]>");
        assertThatThrownBy(() -> Constraint.compile(grammar, table))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("no token <[99999999]>");
    }
}
