package io.baseload.chat.tokenizer;

/** Text to tokens in one way. Safe for use by several threads. */
@FunctionalInterface
interface Encoder {
    int[] encode(String text);

    /** As {@link #encode}, with BOS and EOS added as the vocabulary says. */
    default int[] encodeWhole(String text) {
        return encode(text);
    }
}
