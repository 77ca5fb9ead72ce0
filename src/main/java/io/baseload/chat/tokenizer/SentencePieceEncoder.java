package io.baseload.chat.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sentencepiece's own BPE: added tokens split the text; in each stretch between them the adjacent pair that forms the best piece is merged first, of several the leftmost. Symbols that
 * aren't pieces at the end become bytes.
 */
final class SentencePieceEncoder implements Encoder {
    private static final char SPACE = '\u2581';

    private final SentencePieces pieces;
    private final AddedTexts added;
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[] byteIds = new int[256];
    private final int longest;

    /** @param added the tokens that split a text */
    SentencePieceEncoder(SentencePieces pieces, AddedTexts added) {
        this.pieces = pieces;
        this.added = added;
        Arrays.fill(byteIds, -1);
        TokenList tokens = pieces.tokens();
        for (int id = 0; id < tokens.size(); id++) {
            if (TokenType.PIECES.contains(tokens.type(id))) {
                ids.put(tokens.text(id), id);
            } else if (tokens.type(id) == TokenType.BYTE) {
                byteIds[TokenBytes.byteToken(tokens.text(id)) & 0xFF] = id;
            }
        }
        longest = ids.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public int[] encode(String text) {
        IntStream.Builder out = IntStream.builder();
        int from = 0;
        for (AddedTexts.Found found : added.find(text)) {
            stretch(text.substring(from, found.start()), from == 0, out);
            out.add(found.token().id());
            from = found.end();
        }
        stretch(text.substring(from), from == 0, out);
        return out.build().toArray();
    }

    private void stretch(String text, boolean first, IntStream.Builder out) {
        if (text.isEmpty()) {
            return;
        }
        boolean prefixed = pieces.prefix() == SentencePieces.Prefix.EVERY_STRETCH
                || first && pieces.prefix() == SentencePieces.Prefix.TEXT;
        String symbols = (prefixed ? String.valueOf(SPACE) : "") + text.replace(' ', SPACE);
        boolean afterUnknown = false;
        SymbolMerge merged = new SymbolMerge(symbols, this::score);
        for (int i = 0; i >= 0; i = merged.next(i)) {
            afterUnknown = piece(merged.symbol(i), afterUnknown, out);
        }
    }

    private float score(String piece) {
        Integer id = piece.length() > longest ? null : ids.get(piece);
        return id == null ? Float.NaN : pieces.scores()[id];
    }

    private boolean piece(String symbol, boolean afterUnknown, IntStream.Builder out) {
        Integer id = ids.get(symbol);
        if (id != null) {
            out.add(id);
            return false;
        }
        byte[] utf8 = symbol.getBytes(StandardCharsets.UTF_8);
        boolean known = true;
        for (byte b : utf8) {
            known &= byteIds[b & 0xFF] >= 0;
        }
        if (known) {
            for (byte b : utf8) {
                out.add(byteIds[b & 0xFF]);
            }
            return false;
        }
        if (!afterUnknown) {
            out.add(pieces.unknown());
        }
        return true;
    }
}
