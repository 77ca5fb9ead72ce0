package io.baseload.engine.config;

/** The result that an encoder computes from a text's rows. */
public sealed interface EncoderOutput {
    /**
     * A vector that is close to those of texts with a similar meaning.
     *
     * @param normalized whether its length is 1
     */
    record Embedding(Pooling pooling, boolean normalized) implements EncoderOutput {}

    /** The relevance of a document to a query, where the text is both together: sigmoid(w·tanh(W·first row + b) + c). */
    record Relevance() implements EncoderOutput {}
}
