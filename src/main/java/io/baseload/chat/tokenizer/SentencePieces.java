package io.baseload.chat.tokenizer;

/**
 * A sentencepiece BPE: pieces with scores instead of merges.
 *
 * @param scores by id; the best is merged first
 * @param unknown the token for what no piece and no byte stands for
 * @param prefix where a ▁ is put before a text
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
