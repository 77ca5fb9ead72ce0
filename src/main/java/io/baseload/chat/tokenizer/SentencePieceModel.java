package io.baseload.chat.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The content of a sentencepiece {@code tokenizer.model}, as far as BPE needs it.
 *
 * @param scores scores by id
 * @param addDummyPrefix whether a ▁ is put before a text
 */
record SentencePieceModel(TokenList tokens, float[] scores, int unknown, int bos, int eos, boolean addDummyPrefix) {
    static final String NAME = "tokenizer.model";

    /**
     * @throws io.baseload.engine.api.ModelFileException if it is broken or of an unknown kind
     */
    static SentencePieceModel read(JsonFiles files) {
        return new SentencePieceReader(files, files.bytes(NAME).orElseThrow()).read();
    }

    SentencePieces pieces(SentencePieces.Prefix prefix) {
        return new SentencePieces(tokens, scores, unknown, prefix);
    }

    /** The text of a token; empty if there is no such token. */
    Optional<String> text(int id) {
        return id >= 0 && id < tokens.size() ? Optional.of(tokens.text(id)) : Optional.empty();
    }

    /** Tokens that are recognized in a text before anything is merged. */
    List<AddedToken> added() {
        return IntStream.range(0, tokens.size())
                .filter(id -> tokens.type(id).added())
                .mapToObj(
                        id -> AddedToken.of(id, tokens.text(id), tokens.type(id).special()))
                .toList();
    }
}
