package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.List;

/** Python's text, whose elements are code points. */
final class Texts {
    private Texts() {}

    static String require(Value value) {
        return switch (value) {
            case Value.Text t -> t.value();
            case Value.Undefined u -> throw u.failure();
            default -> throw new TemplateException("expected str, got " + value.type());
        };
    }

    /** By code points. */
    static int compare(String a, String b) {
        int i = 0;
        while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        boolean ended = i == a.length() || i == b.length();
        return ended ? Integer.compare(a.length(), b.length()) : Integer.compare(a.codePointAt(i), b.codePointAt(i));
    }

    static List<Value> characters(String text) {
        List<Value> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(new Value.Text(Character.toString(c))));
        return characters;
    }

    /** White space as Python's {@code str} knows it. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    /**
     * @param characters what to strip; empty = white space
     */
    static String strip(String text, String characters, boolean start, boolean end) {
        int from = 0;
        int to = text.length();
        while (start && from < to && strips(text.codePointAt(from), characters)) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (end && to > from && strips(text.codePointBefore(to), characters)) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static boolean strips(int c, String characters) {
        return characters.isEmpty() ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code str.title()}: a capital after everything that is no letter. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(java.util.Locale.ROOT)
                + text.substring(first).toLowerCase(java.util.Locale.ROOT);
    }

    /** Splits at runs of white space, without empty pieces; the last piece is what is left after {@code limit} cuts. */
    static List<String> splitAtSpace(String text, int limit) {
        List<String> pieces = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            if (limit >= 0 && pieces.size() == limit) {
                pieces.add(strip(text.substring(at), "", false, true));
                return pieces;
            }
            int end = skip(text, at, false);
            pieces.add(text.substring(at, end));
            at = skip(text, end, true);
        }
        return pieces;
    }

    /** The first place at or after {@code from} that is not white space, or that is. */
    private static int skip(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && isSpace(text.codePointAt(at)) == space) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    static List<String> split(String text, String separator, int limit) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int i = text.indexOf(separator);
                i >= 0 && (limit < 0 || pieces.size() < limit);
                i = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, i));
            from = i + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    /** As {@link #split}, cutting from the end. */
    static List<String> splitFromEnd(String text, String separator, int limit) {
        List<String> pieces = new ArrayList<>();
        int to = text.length();
        for (int i = text.lastIndexOf(separator); i >= 0 && (limit < 0 || pieces.size() < limit); ) {
            pieces.addFirst(text.substring(i + separator.length(), to));
            to = i;
            i = text.lastIndexOf(separator, i - separator.length());
        }
        pieces.addFirst(text.substring(0, to));
        return pieces;
    }

    static int count(String text, String part) {
        return part.isEmpty()
                ? text.codePointCount(0, text.length()) + 1
                : split(text, part, -1).size() - 1;
    }
}
