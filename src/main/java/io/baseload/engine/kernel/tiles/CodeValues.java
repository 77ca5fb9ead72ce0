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
 * <p>VPDPBUSD and VPMADDUBSW multiply unsigned bytes by signed ones. Codes of 4 bits are unsigned, and activations have the signs. To the others, 8-bit codes and the numbers of tables, 128 is added for VPDPBUSD. VPMADDUBSW
 * adds two products in 16 bits, in which those of bytes up to 255 don't fit. So without dot products 8-bit codes keep their signs, and magnitudes of activations are multiplied by them ({@link TileForm}), as are numbers of tables that reach farther than 76;
 * those of other tables are smaller integers, to which 76 is added.
 *
 * @param table the byte of each code; empty if it is the code itself
 */
record CodeValues(byte[] table, float unit, int offset, TileForm form) {
    /** What is added to bytes with signs. */
    static final int SIGNED_OFFSET = 128;

    /** The offset of 4-bit codes which stand for −8 … 7. */
    static final int NIBBLE_OFFSET = 8;

    /** The largest number of a table whose products are added in 16 bits, and what is added to its numbers then. */
    static final int REACH = 76;

    /** The largest code of an activation. */
    private static final int MAX_CODE = 127;

    private static final Map<Codes, CodeValues> DOT_PRODUCTS = all(true);
    private static final Map<Codes, CodeValues> PAIRS = all(false);

    /** The values of codes of 4 or 8 bits. */
    static CodeValues of(Codes codes, VectorInstructions set) {
        return Objects.requireNonNull((set.dotProducts() ? DOT_PRODUCTS : PAIRS).get(codes));
    }

    private static Map<Codes, CodeValues> all(boolean dotProducts) {
        var all = new EnumMap<Codes, CodeValues>(Codes.class);
        Arrays.stream(Codes.values()).filter(Codes::coded).forEach(codes -> all.put(codes, of(codes, dotProducts)));
        return all;
    }

    private static CodeValues of(Codes codes, boolean dotProducts) {
        return switch (codes) {
            case U4 -> new CodeValues(new byte[0], 1, 0, TileForm.SIGNED);
            case I4 -> new CodeValues(new byte[0], 1, NIBBLE_OFFSET, TileForm.SIGNED);
            case I8 ->
                dotProducts
                        ? new CodeValues(new byte[0], 1, SIGNED_OFFSET, TileForm.SIGNED)
                        : new CodeValues(new byte[0], 1, 0, TileForm.MAGNITUDES);
            default -> table(integers(codes, dotProducts), dotProducts);
        };
    }

    private static CodeValues table(IntegerTable integers, boolean dotProducts) {
        TileForm form = form(integers, dotProducts);
        int offset = form == TileForm.MAGNITUDES ? 0 : dotProducts ? SIGNED_OFFSET : REACH;
        byte[] table = integers.integers().clone();
        for (int i = 0; i < table.length; i++) {
            table[i] = (byte) (table[i] + offset);
        }
        return new CodeValues(table, integers.unit(), offset, form);
    }

    private static TileForm form(IntegerTable integers, boolean dotProducts) {
        if (dotProducts) {
            return TileForm.SIGNED;
        }
        if (integers.reach() > REACH) {
            return TileForm.MAGNITUDES;
        }
        boolean fit = integers.reach() * MAX_CODE * TileRows.MAX_GROUP / 2 <= Short.MAX_VALUE;
        return fit ? TileForm.SHORT_SUMS : TileForm.LIMITED;
    }

    /** The numbers of a table's codes as integers. */
    static IntegerTable integers(Codes codes, VectorInstructions set) {
        return integers(codes, set.dotProducts());
    }

    private static IntegerTable integers(Codes codes, boolean dotProducts) {
        return dotProducts ? Codebook.bytes(codes) : Codebook.shortSums(codes);
    }

    boolean looksUp() {
        return table.length > 0;
    }
}
