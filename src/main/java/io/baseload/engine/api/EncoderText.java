package io.baseload.engine.api;

/**
 * A text for an encoder, with all tokens that its tokenizer adds.
 *
 * @param second where the second text begins, of a query and a document; the number of tokens if it is one text
 */
public record EncoderText(int[] tokens, int second) {
    public static EncoderText of(int[] tokens) {
        return new EncoderText(tokens, tokens.length);
    }
}
