package io.baseload.engine.config;

/** What an encoder makes of a text's rows. */
public sealed interface EncoderOutput {
    /**
     * A vector that is near those of texts that mean something similar.
     *
     * @param normalized whether it has the length 1
     */
    record Embedding(Pooling pooling, boolean normalized) implements EncoderOutput {}

    /** How well a document answers a query, of which both the text is made: sigmoid(w·tanh(W·first row + b) + c). */
    record Relevance() implements EncoderOutput {}
}
