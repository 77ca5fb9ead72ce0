package io.baseload.chat.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.function.Function;

/**
 * Sentencepiece's compiled map of characters to their normal forms: the number of bytes of a double array (Aoe, 1989), the array, and the forms, each with a zero after it. A unit of the array has
 * in bits 0 to 7 the byte that leads to it, in bit 8 whether a key ends here, and in bits 10 to 30 the offset to its successors, shifted by 8 if bit 9 is set. The unit after the end of a key has
 * bit 31, and in the others the place of the form.
 *
 * <p>The library aborts the process if a map leads it out of its bounds, so every key is followed here first.
 */
final class CharacterMap {
    static final String NAME = "precompiled_charsmap";

    private static final int LABEL = 1 << 31 | 0xFF;
    private static final int KEY_ENDS = 1 << 8;
    private static final int WIDE = 1 << 9;
    private static final int BYTES = 256;

    private final Function<String, ? extends RuntimeException> refusal;
    private final IntBuffer units;
    private final ByteBuffer forms;

    private CharacterMap(byte[] map, Function<String, ? extends RuntimeException> refusal) {
        this.refusal = refusal;
        ByteBuffer all = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        int size = map.length < Integer.BYTES ? -1 : all.getInt();
        require(
                size >= BYTES * Integer.BYTES && size % Integer.BYTES == 0 && size <= all.remaining(),
                "has " + map.length + " bytes, which can't contain an array of " + size);
        units = all.slice(all.position(), size).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        forms = all.slice(all.position() + size, all.remaining() - size);
    }

    /**
     * Refuses a broken map.
     *
     * @param refusal makes an exception from the problem
     */
    static void check(byte[] map, Function<String, ? extends RuntimeException> refusal) {
        CharacterMap read = new CharacterMap(map, refusal);
        read.checkForms();
        read.checkKeys();
    }

    private void checkForms() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(forms.duplicate());
        } catch (CharacterCodingException e) {
            throw problem("has forms that are not UTF-8");
        }
    }

    private void checkKeys() {
        BitSet seen = new BitSet();
        Deque<Integer> open = new ArrayDeque<>();
        open.add(offset(units.get(0)));
        while (!open.isEmpty()) {
            int node = open.remove();
            // a node's successors differ from it only in the lowest byte
            require((node | BYTES - 1) < units.limit(), "leads to the unit " + node + " of " + units.limit());
            for (int b = 1; b < BYTES; b++) {
                int place = node ^ b;
                int unit = units.get(place);
                if ((unit & LABEL) == b && !seen.get(place)) {
                    seen.set(place);
                    int next = place ^ offset(unit);
                    open.add(next);
                    if ((unit & KEY_ENDS) != 0) {
                        checkForm(next);
                    }
                }
            }
        }
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & WIDE) >>> 6);
    }

    private void checkForm(int place) {
        require(place < units.limit(), "leads to the unit " + place + " of " + units.limit());
        int start = units.get(place) & Integer.MAX_VALUE;
        boolean begins = start < forms.limit() && (forms.get(start) & 0xC0) != 0x80;
        require(begins, "leads to the form at " + start + " of " + forms.limit());
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            throw problem(problem);
        }
    }

    private RuntimeException problem(String problem) {
        return refusal.apply(NAME + " " + problem);
    }
}
