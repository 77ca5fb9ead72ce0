package io.baseload.chat.tokenizer;

/** Text to tokens in one way. Safe for use by several threads. */
@FunctionalInterface
interface Encoder {
    int[] encode(String text);
}
