package io.baseload.engine.kernel.tiles;

import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.Codes;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What 4-bit codes stand for, as unsigned bytes: value = unit · (byte − offset).
 *
 * @param table the byte of each code; empty if it is the code itself
 * @param shift the offset's logarithm; −1 if it is 0
 * @param most the largest byte
 */
record CodeValues(byte[] table, float unit, int shift, int most) {
    private static final int MAX_SHORT = Short.MAX_VALUE;
    private static final int MAX_ACTIVATION = 127;

    private static final Map<Codes, CodeValues> ALL = Arrays.stream(Codes.values())
            .filter(codes -> codes.bits() == 4)
            .collect(Collectors.toMap(
                    codes -> codes, CodeValues::compute, (a, b) -> a, () -> new EnumMap<>(Codes.class)));

    /** The values of 4-bit codes. */
    static CodeValues of(Codes codes) {
        return Objects.requireNonNull(ALL.get(codes));
    }

    private static CodeValues compute(Codes codes) {
        return switch (codes) {
            case U4 -> new CodeValues(new byte[0], 1, -1, 15);
            case I4 -> new CodeValues(new byte[0], 1, 3, 15);
            default -> of(Codebook.smallIntegers(codes));
        };
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
        return TileRows.GROUP / 2 * most * MAX_ACTIVATION <= MAX_SHORT;
    }
}
