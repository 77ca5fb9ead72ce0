package io.baseload.chat.tokenizer;

import java.util.List;

/** Encoders of a sentencepiece BPE: the library's if it gives the same tokens, otherwise this project's. */
final class PieceEncoders {
    private final SentencePieces pieces;
    private final List<AddedToken> added;
    private final SentencePieceMerges merges;
    private final boolean exact;

    /** @param added tokens that are found before anything is merged */
    PieceEncoders(SentencePieces pieces, List<AddedToken> added) {
        this.pieces = pieces;
        this.added = added;
        merges = new SentencePieceMerges(pieces);
        exact = merges.exact() && pieces.prefix() != SentencePieces.Prefix.TEXT;
    }

    Encoder parsing() {
        return encoder(added, pieces);
    }

    Encoder plain() {
        return encoder(AddedToken.ordinary(added), pieces);
    }

    /** The encoder for a text after a special token. */
    Encoder plainAfter() {
        return pieces.prefix() == SentencePieces.Prefix.TEXT
                ? encoder(AddedToken.ordinary(added), pieces.with(SentencePieces.Prefix.NEVER))
                : plain();
    }

    private Encoder encoder(List<AddedToken> found, SentencePieces some) {
        return exact
                ? NativeTokenizer.read(TokenizerJson.of(some, found, merges))
                : new SentencePieceEncoder(some, new AddedTexts(found));
    }
}
