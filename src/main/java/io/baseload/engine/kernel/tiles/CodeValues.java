package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.Codes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The values of codes, as unsigned bytes: value = unit · (byte − offset). Without dot products, 8-bit codes are multiplied as signed bytes.
 *
 * @param table the byte of each code; empty if it is the code itself
 * @param shift the offset's logarithm; −1 if it is 0
 * @param most the largest byte
 */
record CodeValues(byte[] table, float unit, int shift, int most) {
    private static final int MAX_SHORT = Short.MAX_VALUE;
    private static final int MAX_ACTIVATION = 127;

    private static final Map<Codes, CodeValues> BYTES = all(VectorInstructions.AVX512_VNNI);
    private static final Map<Codes, CodeValues> SMALL = all(VectorInstructions.AVX2);

    /**
     * The values of codes of 4 or 8 bits.
     *
     * @param set for dot products, whose sums have 32 bits, the numbers of a table are integers of 8 bits, otherwise smaller ones
     */
    static CodeValues of(Codes codes, VectorInstructions set) {
        return Objects.requireNonNull((set.dotProducts() ? BYTES : SMALL).get(codes));
    }

    private static Map<Codes, CodeValues> all(VectorInstructions set) {
        var all = new EnumMap<Codes, CodeValues>(Codes.class);
        for (Codes codes : Codes.values()) {
            if (codes.bits() == 4) {
                all.put(codes, codes.codebook() ? of(TileKernel.integers(set, codes)) : integers(codes));
            }
        }
        all.put(Codes.I8, new CodeValues(new byte[0], 1, set.dotProducts() ? 7 : -1, 255));
        return all;
    }

    private static CodeValues integers(Codes codes) {
        return new CodeValues(new byte[0], 1, codes == Codes.I4 ? 3 : -1, 15);
    }

    private static CodeValues of(IntegerTable integers) {
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(integers.reach() - 1);
        byte[] table = new byte[integers.integers().length];
        int most = 0;
        for (int i = 0; i < table.length; i++) {
            int value = integers.integers()[i] + (1 << shift);
            table[i] = (byte) value;
            most = Math.max(most, value);
        }
        return new CodeValues(table, integers.unit(), shift, most);
    }

    boolean looksUp() {
        return table.length > 0;
    }

    /** Whether the sum of two products with activations fits in 16 bits. */
    boolean fitsPairs() {
        return 2 * most * MAX_ACTIVATION <= MAX_SHORT;
    }

    /** Whether the sum of half of a group's products does. */
    boolean fitsGroups() {
        return TileRows.MAX_GROUP / 2 * most * MAX_ACTIVATION <= MAX_SHORT;
    }
}
