package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.WORDS;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * The weights of some groups of columns as 8-bit integers, in the order that {@link IntegerProducts} reads on this machine. For 4-bit codes, a vector with eight codes per lane is processed as 16-bit lanes: two codes of a row at
 * a time, each times its block's multiplier, shifted to a byte.
 */
sealed interface PromptWeights permits PackedPromptWeights, PlainPromptWeights {
    /** Codebooks as integers, as long as a vector of shorts. */
    Map<Codes, short[]> TABLES = tables();

    /**
     * Those for this machine.
     *
     * @param scales receives the scale of each output of each group, {@code [group][64]}
     * @param excess receives for each the sum of its codes times {@link PromptFormat#SHIFT}: the excess of sums over shifted activations
     */
    static PromptWeights of(PromptFormat format, boolean packed, float[] scales, int[] excess) {
        return packed
                ? new PackedPromptWeights(format, scales, excess)
                : new PlainPromptWeights(format, scales, excess);
    }

    /**
     * Converts a group of up to four panels, and sets its scales.
     *
     * @param first its first column
     * @param columns those that it has; the memory of others is 0
     * @param to offset in {@code out}
     * @param place index of its first output's scale
     */
    void read(PackedMatrix w, int panel, int panels, int first, int columns, MemorySegment out, long to, int place);

    /** Outputs that are multiplied for a number of panels. */
    int width(int panels);

    /** Stores the first {@code outputs} sums of a row, whose places in {@code sums} begin at {@code from}, in the order of outputs. */
    void store(float[] sums, int from, int outputs, float[] y, int to);

    private static Map<Codes, short[]> tables() {
        Map<Codes, short[]> tables = new EnumMap<>(Codes.class);
        for (Codes codes : Codes.values()) {
            if (codes.codebook()) {
                tables.put(codes, Arrays.copyOf(PromptFormat.table(codes), Math.max(16, WORDS.length())));
            }
        }
        return tables;
    }
}
