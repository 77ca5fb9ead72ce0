package io.baseload.chat.tokenizer;

/**
 * How few tokens a text can have, without tokenizing it: no token that covers a byte is longer than the longest token that holds such a byte. Counts ASCII
 * only, and no white space: normalizers leave the rest of ASCII alone.
 */
final class TokenFloor {
    private static final int ASCII = 128;

    /** By character, the part of a token that one is at least; 0 for one that a vocabulary may drop. */
    private final double[] shares = new double[ASCII];

    TokenFloor(TokenBytes tokens) {
        int[] longest = new int[ASCII];
        boolean[] alone = new boolean[ASCII];
        for (int id = 0; id < tokens.size(); id++) {
            int length = tokens.length(id);
            for (int i = tokens.start(id); i < tokens.start(id) + length; i++) {
                byte b = tokens.table()[i];
                if (b > ' ') {
                    longest[b] = Math.max(longest[b], length);
                    alone[b] |= length == 1;
                }
            }
        }
        for (int c = 0; c < ASCII; c++) {
            shares[c] = alone[c] ? 1.0 / longest[c] : 0;
        }
    }

    long of(String text) {
        double tokens = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // a letter may be composed with a mark after it
            boolean stays = c < ASCII && (i + 1 == text.length() || text.charAt(i + 1) < ASCII);
            tokens += stays ? shares[c] : 0;
        }
        // less what rounding may have added
        return (long) (tokens * 0.999);
    }
}
