package io.baseload.chat.grammar;

import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.chat.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A vocabulary for masks: the tokens that are text, by their bytes. Special tokens aren't included. Immutable; one is used for all grammars of a model. */
public final class TokenTable {
    /** Longer tokens don't count as plain, because there is a bit set for each number of characters. */
    private static final int MAX_PLAIN_CHARACTERS = 256;

    final TokenBytes bytes;
    final boolean[] special;

    /** Tokens of {@link PlainText plain} whole characters, not too many, and the other tokens that are text. */
    final TokenTrie plain;

    final TokenTrie rest;

    final WordShapes shapes = new WordShapes();

    /** For each number of characters a bit set of the plain tokens with at most that many. */
    final long[][] plainUpTo;

    final int[] stopTokens;

    /** Length of the longest token that is text, in bytes. */
    final int longest;

    final CodePoints writable;

    /** Builds the tries, which takes up to some hundred milliseconds for a large vocabulary. */
    public TokenTable(Tokenizer tokenizer) {
        bytes = tokenizer.bytes();
        special = new boolean[bytes.size()];
        IntStream.range(0, special.length).forEach(id -> special[id] = tokenizer.isSpecial(id));
        stopTokens = tokenizer.stopTokens().stream().mapToInt(id -> id).toArray();
        for (int stop : stopTokens) {
            special[stop] = true;
        }
        int[] text = IntStream.range(0, special.length)
                .filter(id -> !special[id] && bytes.length(id) > 0)
                .toArray();
        int[] characters = new int[special.length];
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        for (int id : text) {
            characters[id] = plainCharacters(id, decoder);
        }
        plain = new TokenTrie(bytes, Arrays.stream(text).filter(id -> characters[id] > 0), shapes);
        rest = new TokenTrie(bytes, Arrays.stream(text).filter(id -> characters[id] == 0), shapes);
        plainUpTo = plainUpTo(characters);
        longest = Arrays.stream(text).map(bytes::length).max().orElse(0);
        writable = computeWritable();
    }

    /** The characters that this vocabulary can write. */
    public CodePoints writable() {
        return writable;
    }

    /** Length of a bit set over the vocabulary, in words. */
    int words() {
        return (bytes.size() + Long.SIZE - 1) / Long.SIZE;
    }

    /** Number of the token's characters; 0 if one of them isn't plain or isn't whole, or if there are too many. */
    private int plainCharacters(int id, CharsetDecoder decoder) {
        int start = bytes.start(id);
        for (int i = start; i < start + bytes.length(id); i++) {
            int b = bytes.table()[i] & 0xFF;
            if (b < ' ' || b == '"' || b == '\\') {
                return 0;
            }
        }
        try {
            ByteBuffer token = ByteBuffer.wrap(bytes.table(), start, bytes.length(id));
            CharBuffer text = decoder.decode(token);
            int count = Character.codePointCount(text, 0, text.length());
            boolean plain = text.codePoints().allMatch(c -> PlainText.kind(c) != PlainText.NOT_PLAIN);
            return plain && count <= MAX_PLAIN_CHARACTERS ? count : 0;
        } catch (CharacterCodingException broken) {
            return 0;
        }
    }

    private long[][] plainUpTo(int[] characters) {
        int most = Arrays.stream(characters).max().orElse(0);
        long[][] sets = new long[most + 1][words()];
        for (int id = 0; id < characters.length; id++) {
            if (characters[id] > 0) {
                sets[characters[id]][id >> 6] |= 1L << id;
            }
        }
        for (int n = 1; n <= most; n++) {
            for (int word = 0; word < sets[n].length; word++) {
                sets[n][word] |= sets[n - 1][word];
            }
        }
        return sets;
    }

    /** The characters whose bytes are all tokens: however a character begins, it can be completed. */
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
