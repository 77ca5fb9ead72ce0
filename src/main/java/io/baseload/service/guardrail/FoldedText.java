package io.baseload.service.guardrail;

/**
 * A text in a normalized form: digits of all scripts and full-width letters as ASCII, one kind of space and of hyphen, no invisible characters. So personal data is found however
 * it is written. Each character keeps its original position.
 */
final class FoldedText {
    private final String text;
    private final int[] starts;

    private FoldedText(String text, int[] starts) {
        this.text = text;
        this.starts = starts;
    }

    static FoldedText of(String original) {
        var folded = new StringBuilder(original.length());
        var starts = new int[original.length() + 1];
        for (int i = 0; i < original.length(); ) {
            int c = original.codePointAt(i);
            int next = fold(c);
            if (next >= 0) {
                for (int unit = 0; unit < Character.charCount(next); unit++) {
                    starts[folded.length() + unit] = i + (Character.charCount(next) > 1 ? unit : 0);
                }
                folded.appendCodePoint(next);
            }
            i += Character.charCount(c);
        }
        starts[folded.length()] = original.length();
        return new FoldedText(folded.toString(), starts);
    }

    /** −1 = invisible. */
    private static int fold(int c) {
        if (c < 128) {
            return c;
        }
        if (Character.isDigit(c)) {
            return '0' + Character.digit(c, 10);
        }
        if (c >= 0xFF01 && c <= 0xFF5E) {
            return c - 0xFF01 + '!';
        }
        return switch (Character.getType(c)) {
            case Character.SPACE_SEPARATOR -> ' ';
            case Character.DASH_PUNCTUATION -> '-';
            case Character.FORMAT -> -1;
            default -> c;
        };
    }

    String text() {
        return text;
    }

    /** The original position of a character. */
    int start(int index) {
        return starts[index];
    }

    /** The end of the previous one; invisible characters between the two belong to the second. */
    int end(int index, String original) {
        return index == 0 ? 0 : starts[index - 1] + Character.charCount(original.codePointAt(starts[index - 1]));
    }
}
