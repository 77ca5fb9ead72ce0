package io.baseload.engine.schedule;

/**
 * Guesses a sequence's next tokens from its own text (prompt lookup decoding, Saxena 2023): where the last three tokens stood before, what followed them then is
 * expected to follow again, for as long as it does. Where each three tokens stood last is kept in a table by their hash; a collision loses an entry and nothing else. So a token
 * costs one look-up, however long the text is.
 *
 * <p>{@link #trust} is how often the guesses came true lately. It needs no drafts: what was guessed is compared with what was chosen in any case.
 */
final class PromptLookup {
    private static final int GRAM = 3;
    private static final int LEAST_SLOTS = 64;
    private static final int MAX_SLOTS = 1 << 15;

    /** How much a single guess counts. */
    private static final double RATE = 1.0 / 8;

    /** By hash of three tokens, the position behind the place where they stood last; 0 = nowhere. */
    private final int[] behind;

    private int seen;
    private int next = -1;
    private double trust = 0.5;

    /** @param tokens that the sequence may have */
    PromptLookup(int tokens) {
        behind = new int[Integer.highestOneBit(Math.clamp(2L * tokens, LEAST_SLOTS, MAX_SLOTS))];
    }

    /** Notes the tokens that have come since the last time. */
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

    /** From 0 to 1: the part of the guesses that came true, the latest counting most. */
    double trust() {
        return trust;
    }

    /** Writes the {@code count} tokens that are expected behind the known ones. */
    void guess(int[] tokens, int known, int[] drafts, int count) {
        for (int i = 0; i < count; i++) {
            drafts[i] = next + i < known ? tokens[next + i] : drafts[next + i - known];
        }
    }
}
