package io.baseload.chat.python;

import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** Properties of characters in Python's {@code str}. */
public final class Characters {
    private static final Pattern OTHER_DIGITS = Pattern.compile("[²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒]");

    private Characters() {}

    /** White space. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    /** A digit, including superscript, subscript, circled and bracketed ones. */
    static boolean isDigit(int c) {
        return Character.isDigit(c)
                || c < 0x10000 && OTHER_DIGITS.matcher(Character.toString(c)).matches();
    }

    /** Any character with a numeric value. */
    static boolean isNumeric(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.OTHER_NUMBER, Character.LETTER_NUMBER -> true;
            default -> "〇一二三四五六七八九十百千万亿億兆零壹贰叁肆伍陆柒捌玖拾佰仟".indexOf(c) >= 0;
        };
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    public static boolean isUpper(PythonValue.Text text) {
        return cased(text.value(), c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    public static boolean isLower(PythonValue.Text text) {
        return cased(text.value(), c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    private static boolean cased(String text, IntPredicate wrong) {
        return text.codePoints().anyMatch(Characters::isCased)
                && text.codePoints().noneMatch(wrong);
    }

    /** Whether words begin with a capital letter and contain no other. */
    static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (isCased(c) && capital == inWord) {
                return false;
            }
            inWord = isCased(c);
            any |= inWord;
        }
        return any;
    }

    static boolean isIdentifier(String text) {
        return !text.isEmpty()
                && (Character.isUnicodeIdentifierStart(text.codePointAt(0)) || text.charAt(0) == '_')
                && text.codePoints().skip(1).allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
    }

    /** {@code str.title()}: a capital at the start of each run of letters that have one. */
    public static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int end = at;
            while (end < text.length() && isCased(text.codePointAt(end)) == isCased(text.codePointAt(at))) {
                end += Character.charCount(text.codePointAt(end));
            }
            String run = text.substring(at, end);
            out.append(isCased(text.codePointAt(at)) ? capitalize(run) : run);
            at = end;
        }
        return out.toString();
    }

    public static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        int rest = Character.toString(first).toLowerCase(Locale.ROOT).length();
        return titleCase(first) + text.toLowerCase(Locale.ROOT).substring(rest);
    }

    private static String titleCase(int c) {
        if (Character.toTitleCase(c) != c || Character.isTitleCase(c)) {
            return Character.toString(Character.toTitleCase(c));
        }
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        return upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT);
    }

    static String swapCase(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .mapToObj(Character::toString)
                .map(c -> Character.isUpperCase(c.codePointAt(0))
                        ? c.toLowerCase(Locale.ROOT)
                        : Character.isLowerCase(c.codePointAt(0)) ? c.toUpperCase(Locale.ROOT) : c)
                .forEach(out::append);
        return out.toString();
    }

    /** The form for comparison without case. */
    static String foldCase(String text) {
        return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('ς', 'σ');
    }
}
