package io.baseload.engine.api;

/**
 * A text for an encoder, including the tokens that its tokenizer adds.
 *
 * @param second index of the first token of the second text if the tokens are a query and a document; the number of tokens if they are one text
 */
public record EncoderText(int[] tokens, int second) {
    public static EncoderText of(int[] tokens) {
        return new EncoderText(tokens, tokens.length);
    }
}
