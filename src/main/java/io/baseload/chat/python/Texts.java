package io.baseload.chat.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's text, whose elements are code points. */
public final class Texts {
    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]");

    private Texts() {}

    public static String require(PythonValue value) {
        return switch (value) {
            case PythonValue.Text t -> t.value();
            case PythonValue.Undefined u -> throw u.failure();
            default -> throw new TemplateException("expected str, got " + value.type());
        };
    }

    /** Compares by code points. */
    public static int compare(String a, String b) {
        int i = 0;
        while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        boolean ended = i == a.length() || i == b.length();
        return ended ? Integer.compare(a.length(), b.length()) : Integer.compare(a.codePointAt(i), b.codePointAt(i));
    }

    public static List<PythonValue> characters(String text) {
        List<PythonValue> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(new PythonValue.Text(Character.toString(c))));
        return characters;
    }

    /**
     * @param characters the characters to strip; absent = white space
     */
    public static String strip(String text, Optional<String> characters, boolean start, boolean end) {
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

    private static boolean strips(int c, Optional<String> characters) {
        return characters.isEmpty() ? Characters.isSpace(c) : characters.get().indexOf(c) >= 0;
    }

    /** Splits at runs of white space, without empty pieces; the last piece is the rest after {@code limit} splits. */
    public static List<String> splitAtSpace(String text, int limit) {
        List<String> pieces = new ArrayList<>();
        int at = skip(text, 0, true);
        while (at < text.length()) {
            if (limit >= 0 && pieces.size() == limit) {
                pieces.add(text.substring(at));
                return pieces;
            }
            int end = skip(text, at, false);
            pieces.add(text.substring(at, end));
            at = skip(text, end, true);
        }
        return pieces;
    }

    /** As {@link #splitAtSpace}, from the end. */
    static List<String> splitAtSpaceFromEnd(String text, int limit) {
        List<String> pieces = new ArrayList<>();
        int to = skipBack(text, text.length(), true);
        while (to > 0 && (limit < 0 || pieces.size() < limit)) {
            int start = skipBack(text, to, false);
            pieces.add(text.substring(start, to));
            to = skipBack(text, start, true);
        }
        if (to > 0) {
            pieces.add(text.substring(0, to));
        }
        Collections.reverse(pieces);
        return pieces;
    }

    private static int skipBack(String text, int from, boolean space) {
        int at = from;
        while (at > 0 && Characters.isSpace(text.codePointBefore(at)) == space) {
            at -= Character.charCount(text.codePointBefore(at));
        }
        return at;
    }

    /** The first place at or after {@code from} that is not white space, or that is. */
    private static int skip(String text, int from, boolean space) {
        int at = from;
        while (at < text.length() && Characters.isSpace(text.codePointAt(at)) == space) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    public static List<String> split(String text, String separator, int limit) {
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

    /** As {@link #split}, from the end. */
    static List<String> splitFromEnd(String text, String separator, int limit) {
        List<String> pieces = new ArrayList<>();
        int to = text.length();
        for (int i = text.lastIndexOf(separator); i >= 0 && (limit < 0 || pieces.size() < limit); ) {
            pieces.add(text.substring(i + separator.length(), to));
            to = i;
            i = text.lastIndexOf(separator, i - separator.length());
        }
        pieces.add(text.substring(0, to));
        Collections.reverse(pieces);
        return pieces;
    }

    public static int count(String text, String part) {
        return part.isEmpty() ? text.codePointCount(0, text.length()) + 1 : occurrences(text, part);
    }

    private static int occurrences(String text, String part) {
        int count = 0;
        for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
            count++;
        }
        return count;
    }

    /** Lines as from {@code splitlines}; a line end at the end of the text adds no empty line. */
    public static List<String> lines(String text, boolean withEnds) {
        List<String> lines = new ArrayList<>();
        Matcher end = LINE_END.matcher(text);
        int from = 0;
        while (end.find()) {
            lines.add(text.substring(from, withEnds ? end.end() : end.start()));
            from = end.end();
        }
        if (from < text.length()) {
            lines.add(text.substring(from));
        }
        return lines;
    }
}
