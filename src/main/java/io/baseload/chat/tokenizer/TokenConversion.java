package io.baseload.chat.tokenizer;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.InvalidRequestException.Excess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Conversions of texts to tokens and back that aren't part of another request. What no request could use is refused, because the answer has several bytes for each token.
 *
 * @param contextLength the model's
 */
public record TokenConversion(Tokenizer tokenizer, int contextLength) {
    private static final int MAX_CONTEXTS = 4;
    private static final int MAX_TOKENS = 1_000_000;
    private static final long MAX_BYTES = 8 << 20;

    /** @throws InvalidRequestException if the field has more tokens than are converted at once */
    public void check(String field, long least) {
        long most = Math.min((long) MAX_CONTEXTS * contextLength, MAX_TOKENS);
        if (least > most) {
            throw new InvalidRequestException(
                    field,
                    "context_length_exceeded",
                    "The " + field + " has at least " + least + " tokens. At most " + most
                            + " are converted at once: " + MAX_CONTEXTS + " times the model's context, and never more"
                            + " than a million.",
                    Optional.of(new Excess(least, 0, contextLength)));
        }
    }

    /** @throws InvalidRequestException if there are too many tokens, their text is too long, or one is not in the vocabulary */
    public String text(int[] tokens) {
        check("tokens", tokens.length);
        var bytes = tokenizer.bytes();
        long size = Arrays.stream(tokens)
                .filter(id -> 0 <= id && id < bytes.size())
                .mapToLong(bytes::length)
                .sum();
        if (size > MAX_BYTES) {
            throw new InvalidRequestException(
                    "tokens", "invalid_value", "The text of the tokens has more than " + (MAX_BYTES >> 20) + " MB.");
        }
        return text(tokenizer, tokens, "tokens");
    }

    /**
     * The text of tokens; bytes that are not characters become U+FFFD.
     *
     * @param field of the request with the tokens
     * @throws InvalidRequestException if one is not in the vocabulary
     */
    public static String text(Tokenizer tokenizer, int[] tokens, String field) {
        var bytes = tokenizer.bytes();
        var text = new ByteArrayOutputStream();
        for (int id : tokens) {
            if (id < 0 || id >= bytes.size()) {
                throw new InvalidRequestException(
                        field,
                        "invalid_value",
                        "token " + id + " is not in the vocabulary: 0 to " + (bytes.size() - 1));
            }
            text.write(bytes.table(), bytes.start(id), bytes.length(id));
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
