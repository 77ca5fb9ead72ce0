package io.baseload.chat.tokenizer;

import io.baseload.engine.api.EncoderText;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Joins two texts for an encoder: the first with its frame, the separator, and the second with the token after it.
 *
 * @param separator the token between them, in addition to those of the frame
 */
record Paired(Framed framed, OptionalInt separator) implements Encoder {
    @Override
    public int[] encode(String text) {
        return framed.encode(text);
    }

    @Override
    public int[] encodeWhole(String text) {
        return framed.encodeWhole(text);
    }

    @Override
    public EncoderText encodePair(String first, String second) {
        int[] before = IntStream.concat(IntStream.of(encodeWhole(first)), separator.stream())
                .toArray();
        IntStream after = IntStream.concat(IntStream.of(encode(second)), framed.after().stream());
        return new EncoderText(IntStream.concat(IntStream.of(before), after).toArray(), before.length);
    }
}
