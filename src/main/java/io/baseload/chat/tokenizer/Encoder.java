package io.baseload.chat.tokenizer;

import io.baseload.engine.api.EncoderText;

/** Text to tokens in one way. Safe for use by several threads. */
@FunctionalInterface
interface Encoder {
    int[] encode(String text);

    /** As {@link #encode}, with BOS and EOS added as the vocabulary says. */
    default int[] encodeWhole(String text) {
        return encode(text);
    }

    /**
     * A query and a document as one text, with the tokens that the vocabulary's own post-processor adds.
     *
     * @throws IllegalArgumentException if the vocabulary doesn't say how two texts become one
     */
    default EncoderText encodePair(String first, String second) {
        throw new IllegalArgumentException("the tokenizer doesn't say how two texts become one");
    }
}
