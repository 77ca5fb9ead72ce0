package io.baseload.chat.tokenizer;

/**
 * A sentencepiece BPE: pieces with scores instead of merges.
 *
 * @param scores scores by id; the best is merged first
 * @param unknown the token for text without pieces and bytes
 * @param prefix where a ▁ is added
 */
record SentencePieces(TokenList tokens, float[] scores, int unknown, Prefix prefix) {
    enum Prefix {
        /** Before every stretch between added tokens. */
        EVERY_STRETCH,
        /** Before a text that doesn't begin with an added token. */
        TEXT,
        NEVER
    }

    SentencePieces with(Prefix other) {
        return new SentencePieces(tokens, scores, unknown, other);
    }
}
