package io.baseload.chat.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts belong to a language, defined by expressions and by GBNF. */
class TextReaderTest {

    private static TextReader gbnf(String... lines) {
        return new TextReader(Gbnf.parse(String.join("\n", lines), text -> OptionalInt.empty()));
    }

    private static boolean accepts(TextReader reader, String text) {
        boolean accepted = reader.accepts(text);
        assertThat(reader.departure(text).isEmpty()).isEqualTo(accepted);
        return accepted;
    }

    /** Classes that dialects understand differently, beside the JDK's properties that describe what any of them understands. */
    @ParameterizedTest
    @CsvSource({
        "d, \\p{Nd}",
        "w, [\\p{IsAlphabetic}\\p{M}\\p{N}\\p{Pc}\\p{IsJoin_Control}]",
        "s, [\\p{IsWhite_Space}\\p{Z}\\x1C-\\x1F\\uFEFF\\u180E]"
    })
    void theCharactersOfAClassInAnyDialect(String letter, String property) {
        Matcher matcher = Pattern.compile(property).matcher("");
        CodePoints expected =
                CodePoints.matching(c -> matcher.reset(Character.toString(c)).matches());
        assertThat(CharacterClasses.escape(new Scanner(letter), false)).isEqualTo(expected);
        assertThat(expected.containsAll(CharacterClasses.escape(new Scanner(letter), true)))
                .isTrue();
    }

    /** Characters with the same last bytes share states. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void readsExactlyTheCharactersOfASet(long seed) {
        Random random = new Random(seed);
        CodePoints set = CodePoints.of('a');
        for (int i = 0; i < 12; i++) {
            int first = random.nextInt(i < 6 ? 0x3000 : Character.MAX_CODE_POINT);
            int last = Math.min(first + random.nextInt(1 << random.nextInt(1, 18)), Character.MAX_CODE_POINT);
            set = set.or(CodePoints.range(first, last));
        }
        var reader = new TextReader(Grammar.of(new Expr.Chars(set)));
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                assertThat(reader.accepts(Character.toString(c))).as("%x", c).isEqualTo(set.contains(c));
            }
        }
    }

    /** Compared with the JDK's own expressions, over random texts of an alphabet that makes matches likely. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a*b",
                "(a|b)*abb",
                "a{2,4}b{3}",
                "(a{2,3}b){2,5}",
                "(a?b?){3,4}",
                "((a|bc)+d?){2}",
                "(a*)*b",
                "(a*b*){2,7}c",
                "[^ab]+",
                "[a-c]{0,3}|d",
                "\\w+\\s?\\d",
                "(?:a|(?<x>b))+?c",
                "(a|ab)(c|bcd)(d*)",
                "é{1,2}.",
                "\\u00e9|\\x61|\\ud83d\\ude00",
                "",
                "(|a)(b|)",
                "(a{0,2}){0,2}",
                "(?=.*1)(?!.*ba)[a-d1]+",
                "a(?!b)(?=..?)[abc1]*",
                "(?!aa|bb$)(a|b|ab)*",
                "a*(?:(?!c)[bcd]+|(?=1)\\d*)",
                "(?<x>a)(?<y>b)*",
                "\\S*[^\\s1]\\W?",
            })
    void matchesWhatTheJdkMatches(String expression) {
        TextReader reader = new TextReader(Grammar.of(RegularExpression.whole(expression)));
        Pattern truth = Pattern.compile(expression);
        Random random = new Random(1);
        String[] alphabet = {"a", "b", "a", "b", "c", "d", "1", " ", "é", "\uD83D\uDE00"};
        for (int i = 0; i < 3000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(9); n > 0; n--) {
                text.append(alphabet[random.nextInt(alphabet.length)]);
            }
            assertThat(accepts(reader, text.toString()))
                    .as(text.toString())
                    .isEqualTo(truth.matcher(text).matches());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^(?!b)(?!.*bb)[ab]+$",
                "(?=ab|1)[a1]",
                "a(?!b)",
                "a(?=b$|c)",
                "^(?:(a1)|(?!.*1)(?=a|b)(a|b)*)$",
                "^a(?:b|c$)",
                "(a$|^b|c(?!a))",
                "(^(a|b)c?)$",
                "^a(b(?=c)|1(?!1)(a$)?)?",
                "(a)?$",
                "(^a)?",
            })
    void looksAheadAsTheJdkDoes(String expression) {
        TextReader reader = new TextReader(Grammar.of(RegularExpression.anywhere(expression)));
        Pattern truth = Pattern.compile(expression);
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            String text = random.ints(random.nextInt(6), 0, 4)
                    .mapToObj(c -> "abc1".substring(c, c + 1))
                    .collect(Collectors.joining());
            assertThat(accepts(reader, text))
                    .as(text)
                    .isEqualTo(truth.matcher(text).find());
        }
    }

    /** Generated texts must match in each dialect. */
    @ParameterizedTest
    @CsvSource({
        "\\s, \u00A0",
        "\\S, \uFEFF",
        "\\W, é",
        "\\w, é",
        "\\d, ٣",
        "\\D, ٣",
        "[^\\d], ٣",
        "[^\\W], é",
        "., \u0085",
        "(?!\\d)\\d?\\D?, ٣"
    })
    void charactersAboutWhichDialectsDifferAreLeftOut(String expression, String text) {
        assertThat(accepts(new TextReader(Grammar.of(RegularExpression.whole(expression))), text))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "\\p{Letter}+, éß",
        "[\\p{Lu}\\p{Nd}]+, É٣",
        "\\p{Script=Greek}+, αβ",
        "\\p{Emoji}, \uD83D\uDE00",
        "\\p{Extended_Pictographic}, \uD83D\uDE00",
        "\\p{Alphabetic}+, aé"
    })
    void knowsPropertiesOfCharacters(String expression, String text) {
        TextReader reader = new TextReader(Grammar.of(RegularExpression.whole(expression)));
        assertThat(accepts(reader, text)).isTrue();
        assertThat(accepts(reader, "-")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "^ab$, ab, xab",
        "^a, abc, ba",
        "b$, ab, bc",
        "b, abc, ac",
        "^(a|b)$, a, ab",
        "(^a$)|(^b$), b, ab",
        "^a|b$, ac, cbc",
        "(^a|b$), ab, ca",
        "^(^a|b)$, b, bb",
    })
    void patternsMatchAnywhereUnlessTheyAreAnchored(String pattern, String yes, String no) {
        TextReader reader = new TextReader(Grammar.of(RegularExpression.anywhere(pattern)));
        assertThat(accepts(reader, yes)).isTrue();
        assertThat(accepts(reader, no)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "a{3,2}",
                "a**",
                "*a",
                "((?=a)a)b",
                "(?:(?!a).)*",
                "[]a]",
                "[^]",
                "(?P=n)",
                "(?#x)",
                "(?<!a)b",
                "(a)\\1",
                "\\bword",
                "[b-a]",
                "[a",
                "a{999999999}",
                "a^b",
                "a(^b)",
                "a(c|(^$))",
                "(?=^a)a",
                "a$b",
                "\\p{Nonsense}",
                "\\",
                "(?i)a"
            })
    void refusesWhatIsBrokenOrNotSupported(String expression) {
        assertThatThrownBy(() -> RegularExpression.anywhere(expression))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("column");
    }

    /** Python's and Java's {@code $} also matches before a line end at the end. */
    @ParameterizedTest
    @ValueSource(strings = {"^a$", "^(a|b)$", "^(?:b|a$)", "^(a)?$"})
    void theEndIsPerhapsBeforeALineEnd(String pattern) {
        assertThat(accepts(new TextReader(Grammar.of(RegularExpression.perhapsAnywhere(pattern))), "a\n"))
                .isTrue();
        assertThat(accepts(new TextReader(Grammar.of(RegularExpression.perhapsAnywhere("^a$"))), "a\n\n"))
                .isFalse();
        assertThat(accepts(new TextReader(Grammar.of(RegularExpression.anywhere("^a$"))), "a\n"))
                .isFalse();
    }

    @Test
    void readsNestedRulesWithoutEnd() {
        TextReader reader = gbnf("root ::= \"(\" root \")\" | [a-z]+ # letters", "");
        assertThat(accepts(reader, "((abc))")).isTrue();
        assertThat(accepts(reader, "((abc)")).isFalse();
        int deep = 50_000;
        assertThat(accepts(reader, "(".repeat(deep) + "x" + ")".repeat(deep))).isTrue();
        assertThat(accepts(reader, "(".repeat(deep) + "x" + ")".repeat(deep - 1)))
                .isFalse();
    }

    /** Chess notation as in llama.cpp's guide. */
    @Test
    void readsGbnfAsItIsDocumented() {
        TextReader reader = gbnf(
                "root ::= (",
                "    # it must start with \"1. \"",
                "    \"1. \" move \" \" move \"\\n\"",
                "    ([1-9] [0-9]? \". \" move \" \" move \"\\n\")+",
                ")",
                "move ::= (pawn | nonpawn | castle) [+#]?",
                "pawn ::= ([a-h] \"x\")? [a-h] [1-8] (\"=\" [NBKQR])?",
                "nonpawn ::= [NBKQR] [a-h]? [1-8]? \"x\"? [a-h] [1-8]",
                "castle ::= \"O-O\" \"-O\"?");
        assertThat(accepts(reader, "1. e4 e5\n2. Nf3 Nc6\n3. O-O O-O-O+\n")).isTrue();
        assertThat(reader.departure("1. e4 e5\n2. Nf3 Zc6\n").orElseThrow())
                .isEqualTo(new TextReader.Departure(16, 2, 8, "'B', 'K', 'N' to 'O', 'Q' to 'R', 'a' to 'h'"));
        TextReader emoji = gbnf("root ::= [\\U0001F600-\\U0001F64F]{2,3} | \"\\x41\\u00e9\"");
        assertThat(accepts(emoji, "\uD83D\uDE00\uD83D\uDE01")).isTrue();
        assertThat(accepts(emoji, "\uD83D\uDE00")).isFalse();
        assertThat(accepts(emoji, "Aé")).isTrue();
    }

    /** Its parses are as many as the Catalan numbers; the reader stays small. */
    @Test
    void ambiguityCostsLittle() {
        TextReader reader = gbnf("root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\" root | \"a\"");
        assertThat(accepts(reader, "a".repeat(400))).isTrue();
        assertThat(accepts(reader, "a".repeat(400) + "bc".repeat(100))).isTrue();
        assertThat(accepts(reader, "a".repeat(10) + "bc".repeat(6))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "root ::= root \"a\" | \"b\";left-recursive",
                "root ::= x root | \"b\"\\nx ::= \"a\"?;left-recursive",
                "root ::= \"a\"\\n  | x;line 2, column 5: rule x is not defined",
                "x ::= \"a\";rule root is not defined",
                "root ::= \"a\"\\nroot ::= \"b\";line 2, column 1: rule root is defined twice",
                "root ::= \"a;not closed",
                "root ::= <think>;is not a token",
                "root ::= \"a\" root;no text",
                "root = \"a\";expected '::='",
                "root ::= !<[1]>;negated",
            })
    void refusesGrammarsByPlaceAndReason(String grammar, String reason) {
        assertThatThrownBy(() -> gbnf(grammar.replace("\\n", "\n")))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void leavesOutWhatCanNeverEnd() {
        TextReader reader = gbnf("root ::= \"a\" | \"b\" endless", "endless ::= \"x\" endless");
        assertThat(accepts(reader, "a")).isTrue();
        assertThat(reader.departure("b").orElseThrow().offset()).isZero();
    }

    @Test
    void refusesWhatIsTooLarge() {
        String large = "root ::= " + "\"" + "x".repeat(500_000) + "\"";
        assertThatThrownBy(() -> gbnf(large))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("too large");
    }

    /** The root would be read again after each of its rules. */
    @Test
    void refusesRulesThatManyRulesMakeToBeReadAgain() {
        String rules = IntStream.range(0, 10_000)
                .mapToObj(i -> "r" + i + " ::= \"a\"?\n")
                .collect(Collectors.joining());
        String uses = IntStream.range(0, 60_000).mapToObj(i -> "r" + i % 10_000).collect(Collectors.joining(" "));
        assertThatThrownBy(() -> gbnf("root ::= " + uses + " \"z\"", rules))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("too large");
    }

    @Test
    void refusesTextsOfMoreThanAMillionCharacters() {
        String comment = " #" + "x".repeat(1_000_000);
        assertThatThrownBy(() -> gbnf("root ::= \"a\"" + comment))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("more than 1000000 characters");
        assertThatThrownBy(() -> RegularExpression.whole("a?".repeat(500_001)))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("more than 1000000 characters");
    }

    @Test
    void repetitionsOfRepetitionsAreBounded() {
        assertThat(accepts(gbnf("root ::= \"a\"??*"), "aa")).isTrue();
        assertThatThrownBy(() -> gbnf("root ::= \"a\"" + "?".repeat(60_000)))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("nested too deeply");
    }
}
