package io.baseload.chat.tools;

import java.util.function.IntConsumer;

/** Decodes the inside of a JSON string char by char. An escape that JSON doesn't have stands for itself. */
final class JsonString {
    private static final int HEX_DIGITS = 4;

    private boolean escaped;
    private int hexDigitsDue;
    private int code;

    /** Returns true at the quote that ends the string. */
    boolean accept(char c, IntConsumer decoded) {
        if (hexDigitsDue > 0) {
            hexDigit(c, decoded);
        } else if (escaped) {
            escaped = false;
            escape(c, decoded);
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '"') {
            return true;
        } else {
            decoded.accept(c);
        }
        return false;
    }

    private void escape(char c, IntConsumer decoded) {
        switch (c) {
            case 'n' -> decoded.accept('\n');
            case 't' -> decoded.accept('\t');
            case 'r' -> decoded.accept('\r');
            case 'b' -> decoded.accept('\b');
            case 'f' -> decoded.accept('\f');
            case 'u' -> {
                hexDigitsDue = HEX_DIGITS;
                code = 0;
            }
            default -> decoded.accept(c);
        }
    }

    private void hexDigit(char c, IntConsumer decoded) {
        code = code << 4 | Math.max(0, Character.digit(c, 16));
        if (--hexDigitsDue == 0) {
            decoded.accept(code);
        }
    }
}
