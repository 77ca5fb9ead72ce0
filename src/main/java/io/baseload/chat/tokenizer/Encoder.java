package io.baseload.chat.tokenizer;

import io.baseload.engine.api.EncoderText;

/** Converts text to tokens. Thread-safe. */
@FunctionalInterface
interface Encoder {
    int[] encode(String text);

    /** As {@link #encode}, with BOS and EOS as defined by the vocabulary. */
    default int[] encodeWhole(String text) {
        return encode(text);
    }

    /**
     * A query and a document as one text, with the tokens added by the vocabulary's own post-processor.
     *
     * @throws IllegalArgumentException if the vocabulary doesn't define how two texts are joined
     */
    default EncoderText encodePair(String first, String second) {
        throw new IllegalArgumentException("the tokenizer doesn't say how two texts become one");
    }
}
