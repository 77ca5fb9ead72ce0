package io.baseload.chat.tokenizer;

/**
 * A lower bound for a text's tokens, without tokenizing it: a token that covers a byte is not longer than the longest token with such a byte. Counts only ASCII without white space, which
 * normalizers don't change.
 */
final class TokenFloor {
    private static final int ASCII = 128;

    /** For each character the smallest fraction of a token that it can be; 0 for one that a vocabulary may drop. */
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
        // minus possible rounding errors
        return (long) (tokens * 0.999);
    }
}
