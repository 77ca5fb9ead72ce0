package io.baseload.engine.kernel;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.Optional;

/**
 * How prompts are computed in 8-bit integers. Columns are divided into groups, the last of which may be smaller. In a group each row of activations and each row of weights has one scale:
 *
 * <pre>
 * y[m][n] = Σ over groups: (Σ x[m][k]·w[n][k]) · (xScale[m]·wScale[n])        x and w integers, the inner sum exact
 * </pre>
 *
 * Activations: scale = max |x| / 127. Weights are computed from codes with a scale, and possibly a minimum, for each block: scale = reach / limit, where the reach is the largest number that
 * the group's blocks can contain, and the code q of a block becomes (q·r + t + 128) >> 8 with integers r = 256·d/scale and t = 256·m/scale. All roundings are to nearest, ties to even. So
 * every bit of the result is defined, whatever library or instruction multiplies the integers.
 *
 * @param group columns that share a scale
 * @param limit the largest weight
 */
record PromptFormat(int group, int limit) {
    /** Larger groups are multiplied faster and are less accurate. */
    private static final int GROUP = IntegerProducts.DEPTH;

    static final int MAX_ACTIVATION = 127;

    /** Added to an activation's code to make it unsigned. */
    static final int SHIFT = 128;

    /** Number of parts into which a weight's unit is divided before rounding. */
    static final int UNIT = 256;

    /** A float whose last bit has the value 1: adding it to a number rounds that. */
    static final float ROUNDER = 0x1.8p23f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** The format used on this machine; empty if none is faster than F32. */
    static final Optional<PromptFormat> MACHINE =
            IntegerProducts.kind().map(kind -> new PromptFormat(GROUP, kind.weightLimit()));

    /** The format for processors that multiply bytes into wide sums. */
    static final PromptFormat WIDE = new PromptFormat(GROUP, Byte.MAX_VALUE);

    /** Whether weights are multiplied in this way; plain numbers stay F32. */
    boolean takes(PackedMatrix w) {
        int block = w.packing().block();
        return w.packing().codes().coded() && (group % block == 0 || block % group == 0);
    }

    /** Offset of the codes of a column and those after it. */
    static long codes(PackedMatrix w, int panel, int column) {
        int block = w.packing().block();
        int inBlock = column % block;
        return w.codes(panel, column / block)
                + (long) inBlock * PackedMatrix.LANES * w.packing().codes().bits() / Byte.SIZE;
    }

    int groups(int cols) {
        return Math.ceilDiv(cols, group);
    }

    /** The nearest integer to a number below 2²². */
    static int round(float number) {
        return Float.floatToRawIntBits(number + ROUNDER) - ROUNDER_BITS;
    }

    /** The place in memory of column k of each eight: the order in which 4-bit codes are extracted from their int. */
    static int place(int column) {
        return switch (column % 8) {
            case 2 -> column + 2;
            case 3 -> column + 2;
            case 4 -> column - 2;
            case 5 -> column - 2;
            default -> column;
        };
    }

    /** The number for which a codebook's integer 127 stands, so that a block with the group's scale keeps its integers unchanged; 1 if codes are plain integers. */
    static float most(Codes codes) {
        return codes.codebook() ? unit(codes) * Byte.MAX_VALUE : 1;
    }

    /** The number of which codes stand for multiples. */
    static float unit(Codes codes) {
        return codes.codebook() ? Codebook.bytes(codes).unit() : 1;
    }

    /** The numbers of a codebook as integers up to 127. */
    static short[] table(Codes codes) {
        byte[] bytes = Codebook.bytes(codes).integers();
        short[] table = new short[bytes.length];
        for (int i = 0; i < table.length; i++) {
            table[i] = bytes[i];
        }
        return table;
    }

    /** 1 / the group's scale, in the unit in which weights are computed; 0 if all weights are 0. */
    float inverse(float reach) {
        return reach > 0 ? limit * UNIT / reach : 0;
    }
}
