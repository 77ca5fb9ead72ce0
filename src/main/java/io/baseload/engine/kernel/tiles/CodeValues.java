package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.Codes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What codes stand for, as bytes: value = unit · (byte − offset).
 *
 * <p>VPDPBUSD and VPMADDUBSW multiply unsigned bytes by signed ones, the activations. Codes of 4 bits are unsigned. To the others, 8-bit codes and the numbers of tables, 128 is added for VPDPBUSD. VPMADDUBSW adds two
 * products in 16 bits, in which those of bytes up to 255 don't fit; so without dot products they have signs, and their magnitudes, up to 128, are multiplied.
 *
 * @param table the byte of each code; empty if it is the code itself
 * @param shift the offset's logarithm; −1 if it is 0
 */
record CodeValues(byte[] table, float unit, int shift, boolean signed) {
    /** The logarithm of what is added to bytes with signs. */
    static final int SIGNED_SHIFT = 7;

    /** That of the offset of 4-bit codes which stand for −8 … 7. */
    static final int NIBBLE_SHIFT = 3;

    static final int NO_SHIFT = -1;

    private static final Map<Codes, CodeValues> UNSIGNED = all(false);
    private static final Map<Codes, CodeValues> SIGNED = all(true);

    /** The values of codes of 4 or 8 bits. */
    static CodeValues of(Codes codes, VectorInstructions set) {
        return Objects.requireNonNull((set.dotProducts() ? UNSIGNED : SIGNED).get(codes));
    }

    private static Map<Codes, CodeValues> all(boolean signed) {
        var all = new EnumMap<Codes, CodeValues>(Codes.class);
        Arrays.stream(Codes.values()).filter(Codes::coded).forEach(codes -> all.put(codes, of(codes, signed)));
        return all;
    }

    private static CodeValues of(Codes codes, boolean signed) {
        int shift = signed ? NO_SHIFT : SIGNED_SHIFT;
        return switch (codes) {
            case U4 -> new CodeValues(new byte[0], 1, NO_SHIFT, false);
            case I4 -> new CodeValues(new byte[0], 1, NIBBLE_SHIFT, false);
            case I8 -> new CodeValues(new byte[0], 1, shift, signed);
            default -> {
                IntegerTable integers = Codebook.bytes(codes);
                yield new CodeValues(table(integers.integers(), signed), integers.unit(), shift, signed);
            }
        };
    }

    private static byte[] table(byte[] integers, boolean signed) {
        byte[] table = integers.clone();
        for (int i = 0; i < table.length && !signed; i++) {
            table[i] = (byte) (table[i] + (1 << SIGNED_SHIFT));
        }
        return table;
    }

    boolean looksUp() {
        return table.length > 0;
    }
}
