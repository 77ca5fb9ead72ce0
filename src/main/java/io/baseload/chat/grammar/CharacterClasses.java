package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Sets of characters in regular expressions. Dialects (ECMA-262, Java, Python, Rust …) differ in digits, word characters and spaces beyond ASCII, and in line ends. With {@code sure}, sets
 * contain only the characters that they have in all dialects, otherwise all that they have in any.
 */
final class CharacterClasses {
    private static final Kind DIGIT =
            new Kind(CodePoints.range('0', '9'), c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER);
    private static final Kind WORD = new Kind(
            CodePoints.union(
                    List.of(DIGIT.sure, CodePoints.range('a', 'z'), CodePoints.range('A', 'Z'), CodePoints.of('_'))),
            c -> Character.isAlphabetic(c) || isMarkOrNumberOrConnector(c) || c == 0x200C || c == 0x200D);
    private static final Kind SPACE = new Kind(
            CodePoints.of("\t\n\u000B\f\r "),
            c -> Character.isSpaceChar(c)
                    || c >= '\t' && c <= '\r'
                    || c >= 0x1C && c <= 0x1F
                    || c == 0x85
                    || c == 0xFEFF
                    || c == 0x180E);

    /** Characters that belong to a class in all dialects, and those that belong to it in any, which are looked for when they are first needed. */
    private static final class Kind {
        private final CodePoints sure;
        private final IntPredicate inAny;
        private volatile @Nullable CodePoints possible;

        Kind(CodePoints sure, IntPredicate inAny) {
            this.sure = sure;
            this.inAny = inAny;
        }

        CodePoints characters(boolean all) {
            return all ? sure : possible();
        }

        CodePoints others(boolean all) {
            return characters(!all).complement();
        }

        private CodePoints possible() {
            CodePoints known = possible;
            if (known == null) {
                known = sure.or(CodePoints.matching(inAny));
                possible = known;
            }
            return known;
        }
    }

    /** Categories M, N and Pc. */
    private static boolean isMarkOrNumberOrConnector(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER,
                    Character.CONNECTOR_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** Long names of general categories. */
    private static final Map<String, String> CATEGORIES = Map.ofEntries(
            Map.entry("Letter", "L"),
            Map.entry("Uppercase_Letter", "Lu"),
            Map.entry("Lowercase_Letter", "Ll"),
            Map.entry("Titlecase_Letter", "Lt"),
            Map.entry("Modifier_Letter", "Lm"),
            Map.entry("Other_Letter", "Lo"),
            Map.entry("Mark", "M"),
            Map.entry("Number", "N"),
            Map.entry("Decimal_Number", "Nd"),
            Map.entry("Punctuation", "P"),
            Map.entry("Symbol", "S"),
            Map.entry("Math_Symbol", "Sm"),
            Map.entry("Currency_Symbol", "Sc"),
            Map.entry("Separator", "Z"),
            Map.entry("Space_Separator", "Zs"),
            Map.entry("Control", "Cc"));

    private static final Map<String, CodePoints> PROPERTIES = new ConcurrentHashMap<>();
    private static final int MAX_PROPERTIES = 200;

    private CharacterClasses() {}

    /** Any character except line ends. */
    static CodePoints dot(boolean sure) {
        return CodePoints.of(sure ? "\n\r\u0085\u2028\u2029" : "\n").complement();
    }

    /** Reads a class after {@code [}, up to and including {@code ]}. */
    static CodePoints inBrackets(Scanner in, boolean sure) {
        int start = in.position() - 1;
        boolean negated = in.take("^");
        if (in.peek() == ']') {
            throw in.problem(start, "a ']' first in a class is ambiguous; write \\]");
        }
        List<CodePoints> parts = new ArrayList<>();
        while (!in.take("]")) {
            int place = in.position();
            CodePoints first = member(in, sure != negated);
            int dash = in.position();
            if (in.take("-") && in.peek() != ']') {
                parts.add(range(in, place, first, member(in, sure != negated)));
            } else {
                in.back(dash);
                parts.add(first);
            }
        }
        CodePoints set = CodePoints.union(parts);
        return negated ? set.complement() : set;
    }

    private static CodePoints range(Scanner in, int place, CodePoints from, CodePoints to) {
        if (!isOne(from) || !isOne(to) || only(from) > only(to)) {
            throw in.problem(place, "a range must go from a character to one that is not below it");
        }
        return CodePoints.range(only(from), only(to));
    }

    private static boolean isOne(CodePoints set) {
        return set.ranges().size() == 1
                && set.ranges().getFirst().first() == set.ranges().getFirst().last();
    }

    private static int only(CodePoints set) {
        return set.ranges().getFirst().first();
    }

    private static CodePoints member(Scanner in, boolean sure) {
        int c = in.next();
        if (c == Scanner.END) {
            throw in.problem("a '[' that is not closed");
        }
        if (c != '\\') {
            return CodePoints.of(c);
        }
        return in.take("b") ? CodePoints.of('\b') : escape(in, sure);
    }

    /** Reads an escape after the backslash. */
    static CodePoints escape(Scanner in, boolean sure) {
        int place = in.position() - 1;
        int c = in.next();
        return switch (c) {
            case 'd' -> DIGIT.characters(sure);
            case 'D' -> DIGIT.others(sure);
            case 'w' -> WORD.characters(sure);
            case 'W' -> WORD.others(sure);
            case 's' -> SPACE.characters(sure);
            case 'S' -> SPACE.others(sure);
            case 'p' -> property(in, place);
            case 'P' -> property(in, place).complement();
            case Scanner.END -> throw in.problem(place, "a backslash at the end");
            default -> CodePoints.of(character(in, c, place));
        };
    }

    private static int character(Scanner in, int c, int place) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'f' -> '\f';
            case 'v' -> 0x0B;
            case '0' -> 0;
            case 'x' -> in.hex(2);
            case 'u' -> unicode(in);
            case 'c' -> in.next() & 0x1F;
            default -> {
                if (Character.isLetterOrDigit(c)) {
                    throw in.problem(place, "'\\" + Character.toString(c) + "' is not supported");
                }
                yield c;
            }
        };
    }

    /** Reads {@code HHHH}, two of them for a surrogate pair, or <code>{H…}</code>. */
    private static int unicode(Scanner in) {
        if (in.take("{")) {
            int value = 0;
            while (!in.take("}")) {
                value = value << 4 | in.hex(1);
                if (value > Character.MAX_CODE_POINT) {
                    throw in.problem("no such code point");
                }
            }
            return value;
        }
        int first = in.hex(4);
        int place = in.position();
        if (Character.isHighSurrogate((char) first) && in.take("\\u")) {
            int second = in.hex(4);
            if (Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
            in.back(place);
        }
        return first;
    }

    /** <code>{L}</code>, <code>{Lu}</code>, <code>{Script=Greek}</code> … as supported by the JDK. */
    private static CodePoints property(Scanner in, int place) {
        in.require("{");
        int start = in.position();
        while (in.peek() != '}' && in.peek() != Scanner.END) {
            in.next();
        }
        String name = in.since(start);
        in.require("}");
        CodePoints known = PROPERTIES.get(name);
        if (known == null) {
            known = compute(in, name, place);
            if (PROPERTIES.size() < MAX_PROPERTIES) {
                PROPERTIES.put(name, known);
            }
        }
        return known;
    }

    private static CodePoints compute(Scanner in, String name, int place) {
        if (!name.matches("[A-Za-z_]{1,40}(=[A-Za-z_]{1,40})?")) {
            throw in.problem(place, "no such property of characters");
        }
        for (String known : List.of(CATEGORIES.getOrDefault(name, name), "Is" + name)) {
            try {
                return matching("\\p{" + known + "}");
            } catch (PatternSyntaxException unknown) {
                // the other form may match
            }
        }
        throw in.problem(place, "no such property of characters: " + name);
    }

    private static CodePoints matching(String expression) {
        var matcher = Pattern.compile(expression).matcher("");
        return CodePoints.matching(c -> matcher.reset(Character.toString(c)).matches());
    }
}
