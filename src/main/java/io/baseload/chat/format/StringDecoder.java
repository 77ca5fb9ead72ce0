package io.baseload.chat.format;

import java.util.function.IntConsumer;

/** Decodes the inside of a string char by char. */
final class StringDecoder {
    /** The characters after a backslash. */
    private enum Escapes {
        /** JSON's escapes. Unknown ones stand for themselves. */
        JSON("ntrbf", "\n\t\r\b\f", "u"),
        /** Python's and JSON's escapes. Unknown ones stand for themselves, with the backslash; a line end stands for nothing. */
        PYTHON("ntrbfav0\\'\"/", "\n\t\r\b\f\u0007\u000b\0\\'\"/", "xuU");

        private final String letters;
        private final String meanings;
        private final String hex;

        /** @param hex letters before the digits of a code point */
        Escapes(String letters, String meanings, String hex) {
            this.letters = letters;
            this.meanings = meanings;
            this.hex = hex;
        }
    }

    private final Escapes escapes;
    private final char quote;
    private boolean escaped;
    private int hexDigitsDue;
    private int code;

    private StringDecoder(Escapes escapes, char quote) {
        this.escapes = escapes;
        this.quote = quote;
    }

    static StringDecoder json() {
        return new StringDecoder(Escapes.JSON, '"');
    }

    static StringDecoder python(char quote) {
        return new StringDecoder(Escapes.PYTHON, quote);
    }

    /** Reads a char; returns true at the quote that ends the string. */
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
        int letter = escapes.letters.indexOf(c);
        if (letter >= 0) {
            decoded.accept(escapes.meanings.charAt(letter));
        } else if (escapes.hex.indexOf(c) >= 0) {
            hexDigitsDue = c == 'x' ? 2 : c == 'u' ? 4 : 8;
            code = 0;
        } else {
            unknown(c, decoded);
        }
    }

    private void unknown(char c, IntConsumer decoded) {
        if (escapes == Escapes.JSON) {
            decoded.accept(c);
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
