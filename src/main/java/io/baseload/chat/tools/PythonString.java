package io.baseload.chat.tools;

import java.util.function.IntConsumer;

/** Decodes the inside of a string as Python or JSON writes it, char by char. An escape that neither has stands for itself, with its backslash. */
final class PythonString {
    private static final String LETTERS = "ntrbfav0\\'\"/";
    private static final String MEANINGS = "\n\t\r\b\f\u0007\u000b\0\\'\"/";
    private static final String HEX = "xuU";
    private static final int[] HEX_DIGITS = {2, 4, 8};

    private final char quote;
    private boolean escaped;
    private int hexDigitsDue;
    private int code;

    PythonString(char quote) {
        this.quote = quote;
    }

    /** Returns true at the quote that ends the string. */
    boolean accept(char c, IntConsumer decoded) {
        if (hexDigitsDue > 0) {
            hexDigit(c, decoded);
        } else if (escaped) {
            escaped = false;
            escape(c, decoded);
        } else if (c == '\\') {
            escaped = true;
        } else if (c == quote) {
            return true;
        } else {
            decoded.accept(c);
        }
        return false;
    }

    private void escape(char c, IntConsumer decoded) {
        int letter = LETTERS.indexOf(c);
        int hex = HEX.indexOf(c);
        if (letter >= 0) {
            decoded.accept(MEANINGS.charAt(letter));
        } else if (hex >= 0) {
            hexDigitsDue = HEX_DIGITS[hex];
            code = 0;
        } else if (c != '\n') {
            decoded.accept('\\');
            decoded.accept(c);
        }
    }

    private void hexDigit(char c, IntConsumer decoded) {
        code = code << 4 | Math.max(0, Character.digit(c, 16));
        if (--hexDigitsDue == 0) {
            int known = Character.isValidCodePoint(code) ? code : '\uFFFD';
            for (char half : Character.toChars(known)) {
                decoded.accept(half);
            }
        }
    }
}
