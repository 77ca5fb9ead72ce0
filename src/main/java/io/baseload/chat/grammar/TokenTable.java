package io.baseload.chat.grammar;

import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.chat.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A vocabulary as masks need it: which tokens are text, by their bytes. Special tokens are not. Immutable; one serves all grammars of a model. */
public final class TokenTable {
    final TokenBytes bytes;
    final boolean[] special;

    /** Tokens of {@link PlainText plain} whole characters, and the other tokens that are text. */
    final TokenTrie plain;

    final TokenTrie rest;

    /** For each number of characters a bit set of the plain tokens with at most so many. */
    final long[][] plainUpTo;

    final int[] stopTokens;

    /** Bytes of the longest token that is text. */
    final int longest;

    final CodePoints writable;

    /** Builds the tries: some hundred milliseconds for a large vocabulary. */
    public TokenTable(Tokenizer tokenizer) {
        bytes = tokenizer.bytes();
        special = new boolean[bytes.size()];
        IntStream.range(0, special.length).forEach(id -> special[id] = tokenizer.isSpecial(id));
        stopTokens = tokenizer.stopTokens().stream().mapToInt(id -> id).toArray();
        for (int stop : stopTokens) {
            special[stop] = true;
        }
        List<Integer> plainTokens = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        List<Integer> characters = new ArrayList<>();
        for (int id = 0; id < special.length; id++) {
            if (!special[id] && bytes.length(id) > 0) {
                int plainCharacters = plainCharacters(id);
                (plainCharacters > 0 ? plainTokens : others).add(id);
                characters.add(plainCharacters);
            } else {
                characters.add(0);
            }
        }
        plain = new TokenTrie(bytes, plainTokens.toArray(Integer[]::new));
        rest = new TokenTrie(bytes, others.toArray(Integer[]::new));
        plainUpTo = plainUpTo(characters);
        longest = IntStream.range(0, special.length)
                .filter(id -> !special[id])
                .map(bytes::length)
                .max()
                .orElse(0);
        writable = computeWritable();
    }

    /** The characters that texts of this vocabulary can have. */
    public CodePoints writable() {
        return writable;
    }

    /** Words of a bit set over the vocabulary. */
    int words() {
        return (bytes.size() + Long.SIZE - 1) / Long.SIZE;
    }

    /** How many characters the token has; 0 if one of them isn't plain or isn't whole. */
    private int plainCharacters(int id) {
        int start = bytes.start(id);
        for (int i = start; i < start + bytes.length(id); i++) {
            int b = bytes.table()[i] & 0xFF;
            if (b < ' ' || b == '"' || b == '\\') {
                return 0;
            }
        }
        try {
            ByteBuffer token = ByteBuffer.wrap(bytes.table(), start, bytes.length(id));
            String text = StandardCharsets.UTF_8.newDecoder().decode(token).toString();
            return text.codePointCount(0, text.length());
        } catch (CharacterCodingException broken) {
            return 0;
        }
    }

    private long[][] plainUpTo(List<Integer> characters) {
        int most = characters.stream().mapToInt(n -> n).max().orElse(0);
        long[][] sets = new long[most + 1][words()];
        for (int id = 0; id < characters.size(); id++) {
            for (int n = characters.get(id); n > 0 && n <= most; n++) {
                sets[n][id >> 6] |= 1L << id;
            }
        }
        return sets;
    }

    /** The characters whose bytes are all tokens: whatever a character begins with, it can be ended. */
    private CodePoints computeWritable() {
        boolean[] has = new boolean[256];
        IntStream.range(0, special.length)
                .filter(id -> !special[id] && bytes.length(id) == 1)
                .forEach(id -> has[bytes.table()[bytes.start(id)] & 0xFF] = true);
        List<CodePoints> found = new ArrayList<>();
        for (int b = 0; b < 0x80; b++) {
            found.add(has[b] ? CodePoints.of(b) : CodePoints.NONE);
        }
        boolean continuations = IntStream.range(0x80, 0xC0).allMatch(b -> has[b]);
        for (int lead = 0xC2; lead < 0xF5 && continuations; lead++) {
            found.add(has[lead] ? Utf8.beginningWith(lead) : CodePoints.NONE);
        }
        return CodePoints.union(found);
    }
}
