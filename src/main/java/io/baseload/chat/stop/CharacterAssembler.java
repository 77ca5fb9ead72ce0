package io.baseload.chat.stop;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Assembles UTF-8 bytes in pieces of any size to whole characters: the bytes of a code point are held back until the last one arrives. Bytes that can't be UTF-8 become U+FFFD. Not
 * thread-safe.
 */
public final class CharacterAssembler {
    private static final int MAX_CODE_POINT_LENGTH = 4;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private ByteBuffer bytes = ByteBuffer.allocate(64);
    private CharBuffer chars = CharBuffer.allocate(64);

    /** The characters completed by these bytes; often one, sometimes none. */
    public String append(byte[] source, int offset, int length) {
        makeRoom(length);
        bytes.put(source, offset, length);
        return decode(false);
    }

    /** The end: an incomplete character becomes one U+FFFD. */
    public String finish() {
        String rest = decode(true);
        decoder.reset();
        return rest;
    }

    private void makeRoom(int length) {
        if (bytes.remaining() < length) {
            ByteBuffer larger = ByteBuffer.allocate(MAX_CODE_POINT_LENGTH + length);
            bytes = larger.put(bytes.flip());
            chars = CharBuffer.allocate(larger.capacity());
        }
    }

    private String decode(boolean end) {
        bytes.flip();
        decoder.decode(bytes, chars, end);
        bytes.compact();
        String text = chars.flip().toString();
        chars.clear();
        return text;
    }
}
