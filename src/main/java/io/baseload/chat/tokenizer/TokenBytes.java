package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The bytes of each token; special tokens have the bytes of their text. One flat table, so that a look-up allocates nothing. */
public final class TokenBytes {
    private final byte[] bytes;
    private final int[] starts;
    private final int longest;

    private TokenBytes(byte[] bytes, int[] starts) {
        this.bytes = bytes;
        this.starts = starts;
        this.longest =
                IntStream.range(0, starts.length - 1).map(this::length).max().orElse(0);
    }

    /**
     * @param byteLevel whether ordinary tokens are written in GPT-2's byte alphabet, and added ones as they are; otherwise ▁ stands for a space in both
     */
    static TokenBytes of(TokenList tokens, boolean byteLevel) {
        return of(tokens.size(), id -> bytes(tokens.text(id), tokens.type(id), byteLevel));
    }

    static TokenBytes of(int count, IntFunction<byte[]> tokens) {
        int[] starts = new int[count + 1];
        byte[] all = new byte[count * 8];
        for (int id = 0; id < count; id++) {
            byte[] token = tokens.apply(id);
            starts[id + 1] = Math.addExact(starts[id], token.length);
            if (starts[id + 1] > all.length) {
                all = Arrays.copyOf(all, 2 * starts[id + 1]);
            }
            System.arraycopy(token, 0, all, starts[id], token.length);
        }
        return new TokenBytes(Arrays.copyOf(all, starts[count]), starts);
    }

    /** Number of tokens in the vocabulary. */
    public int size() {
        return starts.length - 1;
    }

    /**
     * Requires that the vocabulary has a text's tokens: the library takes those that a post-processor adds from its file, whatever they are.
     *
     * @param refusal makes an exception from what the tokenizer does
     */
    public void requireKnown(int[] ids, Function<String, ModelFileException> refusal) {
        Arrays.stream(ids).filter(id -> id < 0 || id >= size()).findFirst().ifPresent(id -> {
            throw refusal.apply("adds the token " + id + " to texts, expected 0 to " + (size() - 1));
        });
    }

    /** The length of the longest token in bytes. */
    public int longest() {
        return longest;
    }

    public byte[] get(int id) {
        return Arrays.copyOfRange(bytes, starts[id], starts[id + 1]);
    }

    /** The table for {@link #start} and {@link #length}; must not be written to. */
    public byte[] table() {
        return bytes;
    }

    public int start(int id) {
        return starts[id];
    }

    public int length(int id) {
        return starts[id + 1] - starts[id];
    }

    private static byte[] bytes(String token, TokenType type, boolean byteLevel) {
        if (type.special() || byteLevel && type == TokenType.USER_DEFINED) {
            return token.getBytes(StandardCharsets.UTF_8);
        }
        if (byteLevel) {
            return ByteAlphabet.bytes(token);
        }
        if (type == TokenType.BYTE) {
            return new byte[] {byteToken(token)};
        }
        return token.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a token has the form of a byte token, {@code <0xAB>}. */
    static boolean isByteToken(String token) {
        return token.length() == 6 && token.matches("<0x[0-9A-Fa-f]{2}>");
    }

    static byte byteToken(String token) {
        if (!isByteToken(token)) {
            throw new IllegalArgumentException("byte token \"" + token + "\", expected the form <0xAB>");
        }
        return (byte) Integer.parseInt(token, 3, 5, 16);
    }
}
