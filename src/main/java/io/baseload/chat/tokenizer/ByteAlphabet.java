package io.baseload.chat.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** GPT-2's printable alphabet for bytes: printable Latin-1 stands for itself, the other 68 bytes for U+0100 and up, in order. */
final class ByteAlphabet {
    private static final int OTHERS = 0x100;
    private static final short[] BYTE_OF = table();

    private ByteAlphabet() {}

    /** The bytes of a token. A token with a character outside the alphabet stands for its own UTF-8. */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTE_OF[c];
        }
        return bytes;
    }

    private static short[] table() {
        short[] byteOf = new short[OTHERS + 68];
        Arrays.fill(byteOf, (short) -1);
        int next = OTHERS;
        for (int b = 0; b < 256; b++) {
            byteOf[printable(b) ? b : next++] = (short) b;
        }
        return byteOf;
    }

    private static boolean printable(int b) {
        return b >= '!' && b <= '~' || b >= 0xA1 && b != 0xAD;
    }
}
