package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;

import io.baseload.engine.kernel.generated.CodebookInt8;
import io.baseload.engine.kernel.generated.NibbleInt8By16;
import io.baseload.engine.kernel.generated.NibbleInt8By32;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A linear layer for decode rows in the precision {@code fast}: rows of x in 8 bits ({@link Int8Rows}) times 4-bit codes, as integers. In each group of columns the sum is
 * exact; it is converted, multiplied with the row's step and the block's scale, and added in the order of the groups. Minimums are added last, block by block.
 */
final class Int8DecodeLinear {
    private static final int STREAMS = 4;

    /** Blocks that one row runs over in a call: so many that the processor sees few breaks in the streams, and that their scales find room. */
    private static final int MOST_BLOCKS = 4 * Scratch.BLOCKS;

    private Int8DecodeLinear() {}

    /** Whether integer products are faster here than F32 is: vectors of 512 bits look codes of a table up as floats, at least as fast. */
    static boolean takes(Packing packing) {
        Codes codes = packing.codes();
        return codes == Codes.I4 || codes == Codes.U4 || codes.codebook() && L == 8;
    }

    static void multiply(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        int end = endPanel * PARTS;
        boolean codebook = w.packing().codes().codebook();
        for (int row = from; row < to; row += Scratch.ROWS) {
            int rows = Math.min(Scratch.ROWS, to - row);
            quantize(w, x, row, rows, scratch.int8());
            for (int unit = firstPanel * PARTS, units; unit < end; unit += units) {
                units = codebook ? 1 : streams(end - unit, rows);
                Arrays.fill(scratch.sums, 0, rows * units * L, 0f);
                products(w, unit, units, rows, scratch);
                if (w.packing().scales().minimum()) {
                    minimums(w, unit, units, rows, scratch);
                }
                store(w, scratch.sums, y, row, rows, unit, units);
            }
        }
    }

    /** Adds the products of all columns, a few blocks after the other, whose weights then serve all rows from cache. */
    private static void products(PackedMatrix w, int unit, int units, int rows, Scratch scratch) {
        boolean codebook = w.packing().codes().codebook();
        int blocks = rows == 1 ? MOST_BLOCKS : DecodeLinear.blocks(w.packing());
        for (int block = 0; block < w.blocks(); block += blocks) {
            int some = Math.min(blocks, w.blocks() - block);
            ScaleVectors.scales(w, unit, units, block, some, scratch.scales);
            for (int r = 0, n; r < rows; r += n) {
                n = together(rows - r, units, codebook);
                products(w, unit, units, block, some, r, n, scratch);
            }
        }
    }

    /** Vectors of weight rows that are read at once: no more than four sums, because a larger method may be too much for the compilers. */
    private static int streams(int left, int rows) {
        return left >= STREAMS && rows == 1 ? STREAMS : Math.min(left, 2);
    }

    /** Rows that share what is read and shifted. Those of a table would share too little. */
    private static int together(int left, int units, boolean codebook) {
        return codebook || units != 2 || left == 1 ? 1 : 2;
    }

    private static void quantize(PackedMatrix w, Rows x, int from, int rows, Int8Rows to) {
        Codes codes = w.packing().codes();
        int group = Math.min(w.packing().block(), Int8Rows.GROUP);
        float unit = Codebook.unit(codes);
        int lowest = codes == Codes.I4 ? -8 : 0;
        for (int r = 0; r < rows; r++) {
            to.quantize(r, x.data(), x.at(from + r), w.cols(), group, codes.codebook(), unit, lowest);
        }
    }

    private static void products(
            PackedMatrix w, int unit, int units, int block, int blocks, int row, int rows, Scratch s) {
        Int8Rows x = s.int8();
        if (w.packing().codes().codebook()) {
            byte[] table = Codebook.bytes(w.packing().codes());
            CodebookInt8.multiply(w, unit, block, blocks, table, x, row, s.scales, s.sums);
        } else if (x.group() == 32) {
            NibbleInt8By32.multiply(w, unit, units, block, blocks, x, row, rows, s.scales, s.sums);
        } else {
            NibbleInt8By16.multiply(w, unit, units, block, blocks, x, row, rows, s.scales, s.sums);
        }
    }

    private static void minimums(PackedMatrix w, int unit, int units, int rows, Scratch scratch) {
        Int8Rows x = scratch.int8();
        int groups = w.packing().block() / x.group();
        for (int block = 0; block < w.blocks(); block++) {
            ScaleVectors.minimums(w, unit, units, block, scratch.scales);
            for (int row = 0; row < rows; row++) {
                float sum = 0;
                for (int g = 0; g < groups; g++) {
                    sum += x.sums()[x.groupsAt(row) + block * groups + g];
                }
                add(scratch.scales, sum, scratch.sums, row * units * L, units);
            }
        }
    }

    private static void add(float[] minimums, float sum, float[] y, int at, int units) {
        FloatVector factor = FloatVector.broadcast(FLOATS, sum);
        for (int i = 0; i < units * L; i += L) {
            factor.fma(FloatVector.fromArray(FLOATS, minimums, i), FloatVector.fromArray(FLOATS, y, at + i))
                    .intoArray(y, at + i);
        }
    }

    private static void store(PackedMatrix w, float[] sums, Rows y, int row, int rows, int unit, int units) {
        int width = Math.min(units * L, w.rows() - unit * L);
        for (int r = 0; r < rows && width > 0; r++) {
            System.arraycopy(sums, r * units * L, y.data(), y.at(row + r) + unit * L, width);
        }
    }
}
