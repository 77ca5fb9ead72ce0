package io.baseload.chat.tokenizer;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Adds a token before and after another encoder's tokens, if these are given. */
record Framed(Encoder inner, OptionalInt before, OptionalInt after) implements Encoder {
    @Override
    public int[] encode(String text) {
        return inner.encode(text);
    }

    @Override
    public int[] encodeWhole(String text) {
        IntStream tokens = Arrays.stream(inner.encode(text));
        if (before.isPresent()) {
            tokens = IntStream.concat(IntStream.of(before.getAsInt()), tokens);
        }
        if (after.isPresent()) {
            tokens = IntStream.concat(tokens, IntStream.of(after.getAsInt()));
        }
        return tokens.toArray();
    }
}
