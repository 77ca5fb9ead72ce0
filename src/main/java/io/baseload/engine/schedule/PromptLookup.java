package io.baseload.engine.schedule;

/**
 * Guesses a sequence's next tokens from its own text (prompt lookup decoding, Saxena 2023): if the last three tokens occurred before, the tokens that followed them are expected to follow
 * again, as long as they do. The last place of each three tokens is in a table by their hash; a collision only loses an entry. So a token costs one look-up, however long the text is.
 *
 * <p>{@link #trust} is the fraction of recent guesses that were right. It needs no drafts, because guesses are always compared with the chosen tokens.
 */
final class PromptLookup {
    private static final int GRAM = 3;
    private static final int MIN_SLOTS = 64;
    private static final int MAX_SLOTS = 1 << 15;

    /** Weight of a single guess. */
    private static final double RATE = 1.0 / 8;

    /** By hash of three tokens, the position after their last occurrence; 0 = none. */
    private final int[] behind;

    private int seen;
    private int next = -1;
    private double trust = 0.5;

    /** @param tokens the most tokens of the sequence */
    PromptLookup(int tokens) {
        behind = new int[Integer.highestOneBit(Math.clamp(2L * tokens, MIN_SLOTS, MAX_SLOTS))];
    }

    /** Records the tokens since the last call. */
    void follow(int[] tokens, int known) {
        for (; seen < known; seen++) {
            if (next >= 0) {
                boolean right = tokens[next] == tokens[seen];
                trust += ((right ? 1 : 0) - trust) * RATE;
                next = right ? next + 1 : -1;
            }
            if (seen + 1 >= GRAM) {
                note(tokens, seen + 1);
            }
        }
    }

    private void note(int[] tokens, int end) {
        int hash = tokens[end - 3] * 0x9E3779B1 + tokens[end - 2] * 0x85EBCA77 + tokens[end - 1] * 0xC2B2AE3D;
        int slot = (hash ^ hash >>> 15) & behind.length - 1;
        int before = behind[slot];
        if (next < 0 && before > 0 && equal(tokens, before, end)) {
            next = before;
        }
        behind[slot] = end;
    }

    private static boolean equal(int[] tokens, int a, int b) {
        return tokens[a - 1] == tokens[b - 1] && tokens[a - 2] == tokens[b - 2] && tokens[a - 3] == tokens[b - 3];
    }

    /** Whether there is a guess. */
    boolean guesses() {
        return next >= 0;
    }

    /** The fraction of right guesses, from 0 to 1; the latest have the largest weight. */
    double trust() {
        return trust;
    }

    /** Writes the {@code count} tokens that are expected after the known ones. */
    void guess(int[] tokens, int known, int[] drafts, int count) {
        for (int i = 0; i < count; i++) {
            drafts[i] = next + i < known ? tokens[next + i] : drafts[next + i - known];
        }
    }
}
