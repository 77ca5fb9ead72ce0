package io.baseload.chat.template;

/** The escapes of Python's string literals; an unknown one keeps its backslash. */
final class Escapes {
    private static final String SIMPLE = "\\'\"abfnrtv";
    private static final String MEANING = "\\'\"\u0007\b\f\n\r\t\u000b";

    private Escapes() {}

    static String resolve(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        for (int i = 0; i < literal.length(); ) {
            i = literal.charAt(i) == '\\' ? escape(literal, i + 1, out, line) : plain(literal, i, out);
        }
        return out.toString();
    }

    private static int plain(String literal, int i, StringBuilder out) {
        out.append(literal.charAt(i));
        return i + 1;
    }

    private static int escape(String literal, int i, StringBuilder out, int line) {
        char c = literal.charAt(i);
        int simple = SIMPLE.indexOf(c);
        if (simple >= 0) {
            out.append(MEANING.charAt(simple));
            return i + 1;
        }
        return switch (c) {
            case '\n' -> i + 1;
            case 'x' -> hex(literal, i + 1, 2, out, line);
            case 'u' -> hex(literal, i + 1, 4, out, line);
            case 'U' -> hex(literal, i + 1, 8, out, line);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(literal, i, out);
            default -> plain(literal, i, out.append('\\'));
        };
    }

    private static int hex(String literal, int from, int digits, StringBuilder out, int line) {
        try {
            out.appendCodePoint(Integer.parseUnsignedInt(literal, from, from + digits, 16));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new TemplateSyntaxException(line, "broken escape in '" + literal + "'");
        }
        return from + digits;
    }

    private static int octal(String literal, int from, StringBuilder out) {
        int end = from;
        while (end < literal.length() && end < from + 3 && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            end++;
        }
        out.append((char) Integer.parseInt(literal, from, end, 8));
        return end;
    }
}
