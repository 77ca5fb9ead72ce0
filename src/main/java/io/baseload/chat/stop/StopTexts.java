package io.baseload.chat.stop;

import java.util.Arrays;
import java.util.List;

/**
 * Texts that end an answer, prepared for scanning: for each the failure function of Knuth, Morris and Pratt (1977), so that a character costs the same
 * however long the texts are. Immutable; one serves all answers of a request.
 */
public final class StopTexts {
    static final StopTexts NONE = new StopTexts(List.of());

    final String[] texts;
    /** For text {@code t} and length {@code n}: the longest proper prefix of {@code t} that ends its first {@code n} chars. */
    final int[][] failures;

    private StopTexts(List<String> texts) {
        this.texts = texts.toArray(String[]::new);
        failures = Arrays.stream(this.texts).map(StopTexts::failures).toArray(int[][]::new);
    }

    /**
     * @param texts none may be empty. One with half a surrogate pair can never be generated and is left out.
     */
    public static StopTexts of(List<String> texts) {
        if (texts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop text must not be empty");
        }
        List<String> possible =
                texts.stream().distinct().filter(StopTexts::wellFormed).toList();
        return possible.isEmpty() ? NONE : new StopTexts(possible);
    }

    public boolean isEmpty() {
        return texts.length == 0;
    }

    /** A scanner for one answer. */
    public StopScanner scanner() {
        return new StopScanner(this);
    }

    /** The number of matched chars of text {@code t} after {@code c}, if {@code matched} were matched before. */
    int advance(int t, int matched, char c) {
        int n = matched;
        while (n > 0 && texts[t].charAt(n) != c) {
            n = failures[t][n];
        }
        return texts[t].charAt(n) == c ? n + 1 : n;
    }

    private static int[] failures(String text) {
        int[] failure = new int[text.length() + 1];
        for (int n = 1; n < text.length(); n++) {
            int k = failure[n];
            while (k > 0 && text.charAt(k) != text.charAt(n)) {
                k = failure[k];
            }
            failure[n + 1] = text.charAt(k) == text.charAt(n) ? k + 1 : 0;
        }
        return failure;
    }

    private static boolean wellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
