package io.baseload.chat.grammar;

/** Reads a text code point by code point. */
final class Scanner {
    static final int END = -1;

    private static final int MAX_LENGTH = 1_000_000;

    private final String text;
    private int at;

    /** @throws GrammarException if the text is too long */
    Scanner(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new GrammarException("", "too long: more than " + MAX_LENGTH + " characters");
        }
        this.text = text;
    }

    int position() {
        return at;
    }

    void back(int position) {
        at = position;
    }

    /** The next code point, or {@link #END}. */
    int peek() {
        return at < text.length() ? text.codePointAt(at) : END;
    }

    int next() {
        int c = peek();
        at += c == END ? 0 : Character.charCount(c);
        return c;
    }

    boolean take(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }

    void require(String expected) {
        if (!take(expected)) {
            throw problem("expected '" + expected + "'");
        }
    }

    /** Reads a hexadecimal number of exactly {@code digits} digits. */
    int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw problem("expected " + digits + " hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** Reads a decimal number; a very large one becomes {@link Integer#MAX_VALUE}. */
    int number() {
        if (!isDigit(peek())) {
            throw problem("expected a number");
        }
        long value = 0;
        while (isDigit(peek())) {
            value = Math.min(Integer.MAX_VALUE, value * 10 + next() - '0');
        }
        return (int) value;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** The text from a position to the current one. */
    String since(int position) {
        return text.substring(position, at);
    }

    GrammarException problem(String problem) {
        return problem(at, problem);
    }

    GrammarException problem(int position, String problem) {
        String before = text.substring(0, Math.min(position, text.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        boolean oneLine = text.indexOf('\n') < 0;
        return new GrammarException((oneLine ? "" : "line " + line + ", ") + "column " + column, problem);
    }
}
