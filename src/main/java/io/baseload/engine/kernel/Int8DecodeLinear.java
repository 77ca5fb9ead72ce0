package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.NESTED_BLOCKS;

import io.baseload.engine.kernel.generated.CodebookInt8;
import io.baseload.engine.kernel.generated.Int8Minimums;
import io.baseload.engine.kernel.generated.NibbleInt8Float;
import io.baseload.engine.kernel.generated.NibbleInt8FloatPairs;
import io.baseload.engine.kernel.generated.NibbleInt8Half;
import io.baseload.engine.kernel.generated.NibbleInt8HalfPairs;
import io.baseload.engine.kernel.generated.NibbleInt8Nested;
import io.baseload.engine.kernel.generated.NibbleInt8NestedPairs;
import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.platform.Processor;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A linear layer for decode rows in the precision {@code fast}: rows of x in 8 bits ({@link Int8Rows}) times 4-bit codes, as integers, by the Vector API. In each group of columns the sum is
 * exact; it is converted, multiplied by the row's step and the block's scale, and added in the order of the groups. Minimums have a separate sum, in the order of the blocks, which is added last.
 */
final class Int8DecodeLinear {
    /**
     * Vectors of weight rows that are multiplied by one row at once: eight panels if there are registers for their sums, otherwise (AVX2) one or two, which have the same rate from cache. From
     * memory AMD's processors read a single panel, from beginning to end, 1.5 times as fast as two, and Intel's two 1.5 times as fast as one.
     */
    private static final int STREAMS = MANY_REGISTERS ? 8 : Processor.isAmd() ? PARTS : 2 * PARTS;

    /** Vectors of weight rows that two rows multiply at once. */
    private static final int PAIR_STREAMS = 4;

    /** Columns that all rows multiply before the next ones: those of eight panels are half of an L1. */
    private static final int SHARED_COLUMNS = 256;

    private Int8DecodeLinear() {}

    /** Whether integer products are faster than F32 here. They aren't for codes of a table with vectors of 512 bits, which look up floats at least as fast. */
    static boolean takes(Packing packing) {
        Codes codes = packing.codes();
        return codes == Codes.I4
                || codes == Codes.U4
                || codes.codebook()
                        && L == 8
                        && CodebookInt8.takes(
                                TileKernel.group(packing),
                                packing.scales(),
                                Codebook.smallIntegers(codes).reach());
    }

    /** Quantizes the rows of x. */
    static void prepare(PackedMatrix w, Rows x, int from, int to, Scratch scratch) {
        Codes codes = w.packing().codes();
        int group = TileKernel.group(w.packing());
        int lowest = codes == Codes.I4 ? -8 : 0;
        Int8Rows rows = scratch.int8Rows();
        for (int row = from; row < to; row++) {
            rows.quantize(row - from, x.data(), x.at(row), w.cols(), group, codes.codebook(), lowest);
        }
    }

    static void multiply(PackedMatrix w, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        multiply(w, y, from, to, firstPanel, endPanel, STREAMS, scratch);
    }

    static void multiply(
            PackedMatrix w, Rows y, int from, int to, int firstPanel, int endPanel, int streams, Scratch scratch) {
        int rows = to - from;
        int end = endPanel * PARTS;
        for (int unit = firstPanel * PARTS, units; unit < end; unit += units) {
            units = streams(w, end - unit, streams);
            Arrays.fill(scratch.sums, 0, rows * units * L, 0f);
            Arrays.fill(scratch.totals, 0, rows * units * L, 0f);
            products(w, unit, units, rows, scratch);
            store(w, scratch, y, from, rows, unit, units);
        }
    }

    /** Number of vectors of weight rows, in whole panels, that are read side by side. Codes of a table are read panel by panel. */
    private static int streams(PackedMatrix w, int left, int most) {
        if (w.packing().codes().codebook()) {
            return PARTS;
        }
        return left >= most ? most : Integer.highestOneBit(left);
    }

    /**
     * Adds the products of all columns: for one row in one call, or in one for each group of blocks whose nested scales share a scale. Of several rows, the first read some blocks from
     * memory, and the others read them from cache.
     */
    private static void products(PackedMatrix w, int unit, int units, int rows, Scratch scratch) {
        int blocks = blocks(w, rows);
        for (int block = 0; block < w.blocks(); block += blocks) {
            int some = Math.min(blocks, w.blocks() - block);
            scales(w, unit / PARTS, units / PARTS, block, some, scratch.blockScales);
            if (w.packing().codes().codebook()) {
                for (int row = 0; row < rows; row++) {
                    codebook(w, unit, block, some, row, scratch);
                }
            } else {
                nibbles(w, unit, units, block, some, rows, scratch);
            }
        }
    }

    private static int blocks(PackedMatrix w, int rows) {
        if (w.packing().scales().nested()) {
            return NESTED_BLOCKS;
        }
        return rows == 1 ? w.blocks() : Math.max(1, SHARED_COLUMNS / w.packing().block());
    }

    /** Points to the scales of some blocks of some panels, converted if the kernel can't read them as they are stored. */
    private static void scales(PackedMatrix w, int panel, int panels, int block, int blocks, BlockScales scales) {
        if (converts(w.packing())) {
            scales.converted(w, panel, panels, block, blocks);
        } else {
            scales.in(w, panel, panels, block);
        }
    }

    private static boolean converts(Packing packing) {
        return switch (packing.scales()) {
            case F16, F16_MINIMUM -> packing.codes().codebook();
            case FLOAT8 -> true;
            default -> false;
        };
    }

    private static void codebook(PackedMatrix w, int unit, int block, int blocks, int row, Scratch s) {
        IntegerTable table = Codebook.smallIntegers(w.packing().codes());
        int to = row * PARTS * L;
        CodebookInt8.multiply(w, unit / PARTS, block, blocks, table, s.blockScales, s.int8Rows(), row, s.sums, to);
    }

    /** Two rows at a time where there is a kernel for them, and the last of an odd number by itself. */
    private static void nibbles(PackedMatrix w, int unit, int units, int block, int blocks, int rows, Scratch s) {
        int together = MANY_REGISTERS && units % PAIR_STREAMS == 0 ? 2 : 1;
        for (int row = 0; row < rows; row += together) {
            nibbles(w, unit, units, block, blocks, row, Math.min(together, rows - row), s);
        }
    }

    /**
     * One row or two. Minimums are added when memory is read in order: nested ones precede the codes of their blocks, so they are added before the products; others are among the codes, so
     * they are added in a pass afterwards.
     */
    private static void nibbles(
            PackedMatrix w, int unit, int units, int block, int blocks, int row, int rows, Scratch s) {
        boolean before = s.blockScales.kind().nested();
        if (before) {
            minimums(w, units, block, blocks, row, row + rows, s);
        }
        if (rows == 1) {
            products(w, unit, units, block, blocks, row, s);
        } else {
            for (int first = 0; first < units; first += PAIR_STREAMS) {
                productsOfPair(w, unit, units, first, block, blocks, row, s);
            }
        }
        if (!before) {
            minimums(w, units, block, blocks, row, row + rows, s);
        }
    }

    private static void products(PackedMatrix w, int unit, int units, int block, int blocks, int row, Scratch s) {
        BlockScales scales = s.blockScales;
        int panel = unit / PARTS;
        switch (scales.kind()) {
            case F16, F16_MINIMUM ->
                NibbleInt8Half.multiply(w, panel, units, block, blocks, scales, s.int8Rows(), row, s.sums);
            case LINEAR8, LINEAR8_MINIMUM ->
                NibbleInt8Nested.multiply(w, panel, units, block, blocks, scales, s.int8Rows(), row, s.sums);
            default -> NibbleInt8Float.multiply(w, panel, units, block, blocks, scales, s.int8Rows(), row, s.sums);
        }
    }

    private static void productsOfPair(
            PackedMatrix w, int unit, int units, int first, int block, int blocks, int row, Scratch s) {
        BlockScales scales = s.blockScales;
        int panel = unit / PARTS;
        Int8Rows x = s.int8Rows();
        switch (scales.kind()) {
            case F16, F16_MINIMUM ->
                NibbleInt8HalfPairs.multiply(w, panel, units, first, block, blocks, scales, x, row, s.sums);
            case LINEAR8, LINEAR8_MINIMUM ->
                NibbleInt8NestedPairs.multiply(w, panel, units, first, block, blocks, scales, x, row, s.sums);
            default -> NibbleInt8FloatPairs.multiply(w, panel, units, first, block, blocks, scales, x, row, s.sums);
        }
    }

    private static void minimums(PackedMatrix w, int units, int block, int blocks, int fromRow, int toRow, Scratch s) {
        for (int row = fromRow; row < toRow; row++) {
            minimums(w, units, block, blocks, row, s);
        }
    }

    /** Adds minimums times the sums of a row to the scratch's totals, if there are any. */
    private static void minimums(PackedMatrix w, int units, int block, int blocks, int row, Scratch s) {
        if (s.blockScales.kind().minimum()) {
            Int8Minimums.add(w, units, block, blocks, s.blockScales, s.int8Rows(), row, s.totals);
        }
    }

    /** The sums of products plus those of minimums; those of a table times its unit. */
    private static void store(PackedMatrix w, Scratch s, Rows y, int row, int rows, int unit, int units) {
        Codes codes = w.packing().codes();
        float factor = codes.codebook() ? Codebook.smallIntegers(codes).unit() : 1;
        for (int i = 0; i < rows * units * L; i += L) {
            FloatVector.fromArray(FLOATS, s.sums, i)
                    .mul(factor)
                    .add(FloatVector.fromArray(FLOATS, s.totals, i))
                    .intoArray(s.sums, i);
        }
        for (int r = 0; r < rows; r++) {
            DecodeLinear.store(w, s.sums, r * units * L, y, row + r, unit, units);
        }
    }
}
