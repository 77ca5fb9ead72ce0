package io.baseload.chat.tokenizer;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A vocabulary of pieces with probabilities (Kudo, 2018): a text becomes the pieces whose scores have the largest sum. XLM-R's and its successors' in GGUF, where it has the name {@code t5}.
 *
 * @param scores logarithms of the probabilities by id
 * @param unknown the token for characters that no piece has
 * @param characterMap sentencepiece's map of characters to their normal forms; empty for none
 * @param prefixed whether a space is added before a text
 * @param mergesSpaces whether spaces at the ends of a text and repeated ones are omitted
 */
record Unigram(
        TokenList tokens, float[] scores, int unknown, byte[] characterMap, boolean prefixed, boolean mergesSpaces) {

    /** A piece of the list that the library reads; a piece's id is its index. */
    record Piece(String text, float score) {}

    /**
     * All pieces in the order of their ids. Control tokens and unused ones are no text: their places have texts with a space, which a word never contains, and the lowest score, because the
     * library derives the score of unknown characters from it.
     *
     * @param added tokens that keep their texts, since the library finds their ids by these
     */
    List<Piece> pieces(List<AddedToken> added) {
        float lowest = (float) IntStream.range(0, tokens.size())
                .filter(this::isText)
                .mapToDouble(id -> scores[id])
                .min()
                .orElse(0);
        Piece[] pieces = new Piece[tokens.size()];
        for (int id = 0; id < pieces.length; id++) {
            pieces[id] = isText(id) ? new Piece(tokens.text(id), scores[id]) : new Piece(" " + id, lowest);
        }
        added.forEach(token -> pieces[token.id()] = new Piece(token.text(), 0));
        return List.of(pieces);
    }

    private boolean isText(int id) {
        return tokens.type(id) == TokenType.NORMAL && !tokens.text(id).isEmpty();
    }
}
