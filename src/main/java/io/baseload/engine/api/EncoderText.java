package io.baseload.engine.api;

/**
 * A text for an encoder, with all tokens that its tokenizer adds.
 *
 * @param second index of the first token of the second text, where tokens are a query and a document; the number of tokens where they are one text
 */
public record EncoderText(int[] tokens, int second) {
    public static EncoderText of(int[] tokens) {
        return new EncoderText(tokens, tokens.length);
    }
}
