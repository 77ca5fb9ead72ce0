package io.baseload.chat.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks over a vocabulary of characters that expressions distinguish, whole and in parts, against reading each token byte by byte with a reader of its own. */
class OddTokensTest {
    private static final List<String> PIECES = List.of(
            "a", "f", "g", "z", "A", "G", "0", "9", " ", "-", "_", ".", "/", "\"", "\\", "\n", "\t", "\u007F", "\u0085",
            "\u00A0", "é", "\u2003", "\u2028", "語", "\uFEFF", "😀", "ab", "\",", "\"}");
    private static final int TOKENS = 2_500;

    /** In a vocabulary, text beside the byte alphabet: their bytes are those of another token. */
    private static final List<String> AGAIN = List.of("語", "a語", " 語-", "語\"", "語語語", "\u2003", "g\u2003\u2003");

    private static final List<String> LONG = List.of(
            "a".repeat(70),
            "a".repeat(300),
            "ag -".repeat(40),
            "a. ".repeat(90),
            "é".repeat(65),
            "語".repeat(30) + "a",
            "0".repeat(64),
            "/".repeat(63) + "\"");

    private static final List<String> ATOMS = List.of(
            ".",
            "\\S",
            "\\s",
            "\\w",
            "\\W",
            "[^a]",
            "[^ ]",
            "[^é]",
            "[^\\u0080-\\u07FF]",
            "[^ \\n\"]",
            "[a-z]",
            "[ -]",
            " ",
            "a",
            "語",
            "😀",
            "\\u00A0",
            "[\\u0080-\\uFFFF]",
            "[^\\u2000-\\u200A]",
            "\\p{L}",
            "(ag|語-)");

    private static Tokenizer tokenizer;
    private static TokenTable table;

    @BeforeAll
    static void makeVocabulary() {
        Random random = new Random(11);
        Set<String> tokens = new LinkedHashSet<>();
        IntStream.range(0, 256).forEach(b -> tokens.add(written(new byte[] {(byte) b})));
        while (tokens.size() < TOKENS) {
            var bytes = new ByteArrayOutputStream();
            for (int pieces = 1 + random.nextInt(5); pieces > 0; pieces--) {
                bytes.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
            }
            byte[] whole = bytes.toByteArray();
            int first = random.nextInt(4) == 0 ? random.nextInt(whole.length) : 0;
            int last = random.nextInt(4) == 0 ? first + random.nextInt(whole.length - first) : whole.length;
            tokens.add(written(Arrays.copyOfRange(whole, first, Math.max(first + 1, last))));
        }
        LONG.forEach(token -> tokens.add(written(token.getBytes(StandardCharsets.UTF_8))));
        AGAIN.forEach(token -> tokens.add(written(token.getBytes(StandardCharsets.UTF_8))));
        tokens.addAll(AGAIN);
        tokens.add("<end>");
        tokenizer = Tokenizer.of(vocabulary(List.copyOf(tokens)));
        table = new TokenTable(tokenizer);
    }

    /** In GPT-2's byte alphabet. */
    private static String written(byte[] bytes) {
        var text = new StringBuilder();
        for (byte b : bytes) {
            text.appendCodePoint(letter(b & 0xFF));
        }
        return text.toString();
    }

    private static int letter(int b) {
        return isItself(b)
                ? b
                : 256 + (int) IntStream.range(0, b).filter(x -> !isItself(x)).count();
    }

    private static boolean isItself(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
    }

    private static Vocabulary vocabulary(List<String> tokens) {
        return new Vocabulary.Gguf(
                Optional.empty(),
                "gpt2",
                Optional.of("gpt-2"),
                tokens,
                tokens.stream()
                        .map(token -> token.equals("<end>") ? 3 : AGAIN.contains(token) ? 4 : 1)
                        .toList(),
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".*",
                ".{0,9}",
                "\\S+",
                "\\S{2,12}",
                "\\w+",
                "\\W*",
                "[a-f0-9]+",
                "[a-z]{3,8}-?[A-Z]*",
                "[^ \\n]*",
                "([a-z]+[ -])*[a-z]+",
                "[\\p{L}\\p{N}]+",
                "(?!a).*",
                ".*(ab|é).*",
                "[\\u0080-\\uFFFF]*",
                "(\\n|[^\"])+",
                "(\\S+\\s+){0,4}\\S+",
                "(\\S{1,3} ?){2,6}",
                "(\\S? ){0,9}é",
                "([a-z]{1,3}[ -]){2,5}",
                "(?=.{3,30}$)[a-zé語]+( [a-z語]+)*",
                "(?!.*(ag|語a)).*",
                "[^a-f]*[a-f]{9}[^a-f]{9}",
                "[a-z]{0,60}0+",
                "([a-z]-?){3,60}\\.",
                "(([a-zé]|- ){2,50}[./]){1,3}",
            })
    void allowsExactlyWhatCanBeReadOfAnExpression(String expression) {
        check(Grammar.of(RegularExpression.whole(expression)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\"}",
                "{\"type\":\"string\",\"pattern\":\"^.+$\"}",
                "{\"type\":\"string\",\"pattern\":\"^.{3,40}$\"}",
                "{\"type\":\"string\",\"pattern\":\"a\"}",
                "{\"type\":\"string\",\"pattern\":\"^\\\\S+$\",\"maxLength\":20}",
                "{\"type\":\"string\",\"maxLength\":5}",
                "{\"type\":\"string\",\"pattern\":\"^(?:\\\\S+\\\\s+){0,9}\\\\S+$\",\"maxLength\":100}",
                "{\"type\":\"object\",\"patternProperties\":{\"ag_(a|z)\":{},\"z_([a-z]+)\":{\"type\":\"null\"},\"^0[a-z]+[0-9]+\":{\"type\":\"string\"}}}",
                "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\",\"minimum\":0},{\"type\":\"null\"}]}}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"ab\":{\"type\":\"integer\"},\"é\":{}}}",
                "{\"type\":\"object\",\"patternProperties\":{\"^[a-z]+$\":{\"type\":[\"integer\",\"string\"]}},\"additionalProperties\":false}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":3},\"f\":{\"type\":\"integer\",\"minimum\":3}},\"additionalProperties\":false}",
            })
    void allowsExactlyWhatCanBeReadOfASchema(String schema) {
        check(SchemaGrammar.of(schema, Layout.TIGHT, table.writable()));
        check(SchemaGrammar.of(schema, Layout.OPEN, table.writable()));
    }

    /** {@code -Dexpressions=N} tries more of them. */
    @Test
    void allowsExactlyWhatCanBeReadOfRandomExpressions() {
        Random random = new Random(Long.getLong("seed", 3));
        int tried = Integer.getInteger("expressions", 40);
        int refused = 0;
        for (int i = 0; i < tried; i++) {
            String expression = expression(random, 3);
            try {
                check(Grammar.of(RegularExpression.whole(expression)));
            } catch (GrammarException e) { // too ambiguous
                refused++;
            } catch (AssertionError e) {
                throw new AssertionError("with the expression " + expression, e);
            }
        }
        assertThat(refused).isLessThan(1 + tried / 20);
    }

    private static String expression(Random random, int depth) {
        String one = random.nextInt(4) == 0 && depth > 0
                ? "(" + expression(random, depth - 1) + ")"
                : ATOMS.get(random.nextInt(ATOMS.size()));
        int least = random.nextInt(4);
        String repeated = switch (random.nextInt(6)) {
            case 0 -> one + "*";
            case 1 -> one + "+";
            case 2 -> one + "?";
            case 3 -> one + "{" + least + "," + (least + 1 + random.nextInt(9)) + "}";
            default -> one;
        };
        return random.nextInt(3) == 0 || depth == 0
                ? repeated
                : repeated + (random.nextInt(5) == 0 ? "|" : "") + expression(random, depth - 1);
    }

    private static void check(Grammar grammar) {
        new DefinedMasks(tokenizer, table).check(grammar, 4, 10);
    }

    /** Bytes that the same edges read share a result: it is the one of each byte alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\",\"pattern\":\"^(a|[b-f]|[d-z])+é*$\"}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"maximum\":70},\"ab\":{},\"é\":{\"enum\":[1,10,\"x\"]}}}",
                "{\"type\":\"string\",\"maxLength\":4}",
            })
    void eachByteLeadsWhereItLeadsAlone(String schema) {
        Automaton automaton =
                AutomatonBuilder.compile(SchemaGrammar.of(schema, Layout.OPEN, CodePoints.ALL), CodePoints.ALL);
        Random random = new Random(2);
        for (int walk = 0; walk < 8; walk++) {
            Reader reader = new Reader(automaton);
            List<Integer> before = new ArrayList<>();
            Stacks at = reader.start();
            for (int step = 0; step < 12 && !at.isEmpty(); step++) {
                List<Integer> possible = new ArrayList<>();
                for (int b : random.ints(64, 0, 256).toArray()) {
                    Stacks next = reader.step(at, b);
                    assertThat(described(next)).isEqualTo(described(alone(automaton, before, b)));
                    for (int alike = b; alike < reader.cutAfter(at, b); alike++) {
                        assertThat(reader.step(at, alike)).isSameAs(next);
                    }
                    if (!next.isEmpty()) {
                        possible.add(b);
                    }
                }
                if (possible.isEmpty()) {
                    break;
                }
                int b = possible.get(random.nextInt(possible.size()));
                before.add(b);
                at = reader.step(at, b);
            }
        }
    }

    private static Stacks alone(Automaton automaton, List<Integer> before, int b) {
        Reader reader = new Reader(automaton);
        Stacks at = reader.start();
        for (int read : before) {
            at = reader.step(at, read);
        }
        return reader.step(at, b);
    }

    private static String described(Stacks stacks) {
        Set<String> frames = new TreeSet<>();
        for (Stacks.Frame frame : stacks.frames) {
            frames.add(frame.state + " " + frame.count + " " + described(frame.below));
        }
        return frames.toString();
    }
}
