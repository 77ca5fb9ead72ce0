package io.baseload.engine.kernel;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.Optional;

/**
 * How prompts are computed in 8-bit integers. Columns are taken in groups, the last of which may be smaller. In a group each row of activations and each row of
 * weights has one scale:
 *
 * <pre>
 * y[m][n] = Σ over groups: (Σ x[m][k]·w[n][k]) · (xScale[m]·wScale[n])        x and w integers, the inner sum exact
 * </pre>
 *
 * Activations: scale = max |x| / 127. Weights come from codes with a scale, and perhaps a minimum, for each block: scale = reach / limit, where the reach is the
 * largest number that the group's blocks can hold, and the code q of a block becomes (q·r + t + 128) >> 8 with integers r = 256·d/scale and t = 256·m/scale. All
 * roundings are to the nearest, halves to even. So the result is defined to the bit, whatever multiplies the integers.
 *
 * @param group columns that share a scale
 * @param limit the largest weight
 */
record PromptFormat(int group, int limit) {
    /** Larger groups are multiplied faster and are less accurate. */
    private static final int GROUP = 64;

    static final int ACTIVATION_LIMIT = 127;

    /** What makes a code of an activation unsigned. */
    static final int SHIFT = 128;

    /** Fractions of a weight's unit that it is computed in before it is rounded. */
    static final int UNIT = 256;

    /** A float that is so large that its last bit is worth 1: added to a number, it rounds it. */
    static final float ROUNDER = 0x1.8p23f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** What this machine multiplies with; empty if it has nothing that is faster than F32. */
    static final Optional<PromptFormat> MACHINE =
            IntegerProducts.kind().map(kind -> new PromptFormat(GROUP, kind.weightLimit()));

    /** The one for processors that multiply bytes into wide sums. */
    static final PromptFormat WIDE = new PromptFormat(GROUP, Byte.MAX_VALUE);

    /** Whether weights are multiplied in this way; what isn't coded stays F32. */
    boolean takes(PackedMatrix w) {
        int block = w.packing().block();
        return w.packing().codes().coded() && (group % block == 0 || block % group == 0);
    }

    /** Where the codes from a column on begin. */
    static long codes(PackedMatrix w, int panel, int column) {
        int block = w.packing().block();
        int inBlock = column % block;
        return w.codes(panel, column / block)
                + (long) inBlock * PackedMatrix.LANES * w.packing().codes().bits() / Byte.SIZE;
    }

    int groups(int cols) {
        return Math.ceilDiv(cols, group);
    }

    /** Columns of a group in memory: what is missing to a whole number of steps is multiplied by zero. */
    int depth(int cols, int g) {
        return Math.ceilDiv(Math.min(group, cols - g * group), IntegerProducts.STEP) * IntegerProducts.STEP;
    }

    /** The nearest integer to a number below 2²². */
    static int round(float number) {
        return Float.floatToRawIntBits(number + ROUNDER) - ROUNDER_BITS;
    }

    /** Where column k of each eight stands in memory: 4-bit codes come out of their int in this order. */
    static int place(int column) {
        return switch (column % 8) {
            case 2 -> column + 2;
            case 3 -> column + 2;
            case 4 -> column - 2;
            case 5 -> column - 2;
            default -> column;
        };
    }

    /** The number that a codebook's integer 127 stands for, so that a block with the group's scale keeps its integers as they are; 1 where codes are numbers themselves. */
    static float most(Codes codes) {
        return codes.codebook() ? Codebook.unit(codes) * Byte.MAX_VALUE : 1;
    }

    /** The numbers of a codebook as integers up to 127. */
    static short[] table(Codes codes) {
        byte[] bytes = Codebook.bytes(codes);
        short[] table = new short[bytes.length];
        for (int i = 0; i < table.length; i++) {
            table[i] = bytes[i];
        }
        return table;
    }

    /** 1 / the group's scale, in the unit that weights are computed in; 0 where all weights are. */
    float inverse(float reach) {
        return reach > 0 ? limit * UNIT / reach : 0;
    }
}
