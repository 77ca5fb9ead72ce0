package io.baseload.service.guardrail;

import java.lang.Character.UnicodeScript;

/**
 * Where a text that still grows may be cut, so that no personal data stands on both sides: behind a blank that follows a word of letters, or behind a character of a script without blanks. What has blanks in it
 * is numbers, and goes on only behind a word with a digit or without a letter.
 */
final class TextCut {
    private TextCut() {}

    /**
     * The last place; 0 = none yet.
     *
     * @param from how much of the text was looked at before
     * @param window characters that stand before the place, at least
     */
    static int place(CharSequence text, int from, int window) {
        for (int i = text.length() - 1; i >= from && i + 1 >= window; i--) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) ? isWord(text, i) : hasNoBlanks(c)) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Whether letters, and no digit, stand between this blank and the one before. */
    private static boolean isWord(CharSequence text, int end) {
        boolean letters = false;
        for (int i = end - 1; i >= 0 && !Character.isWhitespace(text.charAt(i)); i--) {
            if (Character.isDigit(text.charAt(i))) {
                return false;
            }
            letters |= Character.isLetter(text.charAt(i));
        }
        return letters;
    }

    private static boolean hasNoBlanks(char c) {
        return switch (UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
            default -> false;
        };
    }
}
