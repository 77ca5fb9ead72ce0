package io.baseload.chat.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Sets of characters as regular expressions write them. */
final class CharacterClasses {
    /** Any but the ends of lines. */
    static final CodePoints DOT = CodePoints.of("\n\r\u2028\u2029").complement();

    private static final CodePoints DIGITS = CodePoints.range('0', '9');
    private static final CodePoints WORD = CodePoints.union(
            List.of(DIGITS, CodePoints.range('a', 'z'), CodePoints.range('A', 'Z'), CodePoints.of('_')));
    private static final CodePoints SPACE = CodePoints.of(
                    "\t\n\u000B\f\r \u00A0\u1680\u2028\u2029\u202F\u205F\u3000\uFEFF")
            .or(CodePoints.range(0x2000, 0x200A));

    private static final Map<String, CodePoints> PROPERTIES = new ConcurrentHashMap<>();
    private static final int MOST_PROPERTIES = 200;

    private CharacterClasses() {}

    /** After {@code [}, up to and with {@code ]}. */
    static CodePoints inBrackets(Scanner in) {
        boolean negated = in.take("^");
        List<CodePoints> parts = new ArrayList<>();
        while (!in.take("]")) {
            int place = in.position();
            CodePoints first = member(in);
            int dash = in.position();
            if (in.take("-") && in.peek() != ']') {
                parts.add(range(in, place, first, member(in)));
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

    private static CodePoints member(Scanner in) {
        int c = in.next();
        if (c == Scanner.END) {
            throw in.problem("a '[' that is not closed");
        }
        if (c != '\\') {
            return CodePoints.of(c);
        }
        return in.take("b") ? CodePoints.of('\b') : escape(in);
    }

    /** After a backslash. */
    static CodePoints escape(Scanner in) {
        int place = in.position() - 1;
        int c = in.next();
        return switch (c) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> SPACE;
            case 'S' -> SPACE.complement();
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

    /** {@code HHHH}, two of them for a surrogate pair, or <code>{H…}</code>. */
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

    /** <code>{L}</code>, <code>{Lu}</code>, <code>{Script=Greek}</code> … as the JDK knows them. */
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
            if (PROPERTIES.size() < MOST_PROPERTIES) {
                PROPERTIES.put(name, known);
            }
        }
        return known;
    }

    private static CodePoints compute(Scanner in, String name, int place) {
        if (!name.matches("[A-Za-z_]{1,40}(=[A-Za-z_]{1,40})?")) {
            throw in.problem(place, "no such property of characters");
        }
        try {
            var matcher = Pattern.compile("\\p{" + name + "}").matcher("");
            return CodePoints.matching(c -> matcher.reset(Character.toString(c)).matches());
        } catch (PatternSyntaxException unknown) {
            throw in.problem(place, "no such property of characters: " + name);
        }
    }
}
