package io.baseload.service.guardrail;

import java.lang.Character.UnicodeScript;

/**
 * Where a growing text may be split, so that no personal data spans the place: after a space that follows a word of letters, or after a character of a script without spaces. Data
 * that contains spaces consists of numbers, and continues only after a word with a digit or without a letter; except IBANs, some of which have groups of letters, and phone numbers, which have
 * a word before their extension: no word directly after one with a digit, on the same line, is such a place.
 */
final class TextCut {
    /** More than an IBAN in groups, even with some invisible characters. */
    private static final int IBAN = 256;

    private TextCut() {}

    /**
     * The last place; 0 = none yet.
     *
     * @param from how much of the text was checked before
     * @param window minimum characters before the place
     */
    static int place(CharSequence text, int from, int window) {
        for (int i = text.length() - 1; i >= from && i + 1 >= window; i--) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) ? isWord(text, i) && !isWithinIban(text, i + 1) : hasNoBlanks(c)) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Whether there are letters, and no digit, between this space and the previous one, and it can't be the word before a phone number's extension. */
    private static boolean isWord(CharSequence text, int end) {
        int begin = wordBefore(text, end);
        CharSequence word = text.subSequence(begin, end);
        return word.codePoints().anyMatch(Character::isLetter)
                && word.codePoints().noneMatch(Character::isDigit)
                && !followsNumber(text, begin);
    }

    /** On the same line; other characters than letters and digits may be between. */
    private static boolean followsNumber(CharSequence text, int begin) {
        int before = begin;
        while (before > 0 && isBetween(text.charAt(before - 1))) {
            before--;
        }
        return text.subSequence(wordBefore(text, before), before).codePoints().anyMatch(Character::isDigit);
    }

    /** A surrogate may be half a digit. */
    private static boolean isBetween(char c) {
        return !Character.isLetterOrDigit(c) && !Character.isSurrogate(c) && c != '\n' && c != '\r';
    }

    private static int wordBefore(CharSequence text, int end) {
        int begin = end;
        while (begin > 0 && !Character.isWhitespace(text.charAt(begin - 1))) {
            begin--;
        }
        return begin;
    }

    private static boolean isWithinIban(CharSequence text, int end) {
        return PersonalDataFinder.endsWithinIban(
                text.subSequence(Math.max(0, end - IBAN), end).toString());
    }

    private static boolean hasNoBlanks(char c) {
        return switch (UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
            default -> false;
        };
    }
}
