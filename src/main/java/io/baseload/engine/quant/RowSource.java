package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A matrix in a file: encoded rows. Rows are reordered, stacked and sliced without decoding. Sources are thread-safe, and valid as long as their file is open.
 */
public interface RowSource {

    ElementType type();

    int rows();

    /** Number of elements of a row, a whole number of blocks. */
    int cols();

    /** The bytes of one row: {@code type().bytes(cols())}. */
    MemorySegment row(int row);

    /** Writes one row as floats to {@code out[at …]}. */
    default void read(int row, float[] out, int at) {
        Blocks.dequantize(type(), row(row), 0, cols(), out, at);
    }

    /**
     * Rows that are contiguous in memory.
     *
     * @throws IllegalArgumentException if the data have another size
     */
    static RowSource of(ElementType type, int rows, int cols, MemorySegment data) {
        return new SegmentRows(type, rows, cols, data);
    }

    /** Some rows of each source, one source below the other. */
    static RowSource stacked(List<RowSource> sources) {
        return StackedRows.of(sources);
    }

    /** A matrix of plain numbers (F32, F16 or BF16) that is computed row by row, a transposed one for example. */
    static RowSource floats(ElementType type, int rows, int cols, FloatRow values) {
        return new FloatRows(type, rows, cols, values);
    }

    /**
     * MXFP4 with separate scales, the form of gpt-oss's checkpoints.
     *
     * @param blocks {@code [rows, cols / 32, 16]} bytes of two neighbouring elements each, the first in the low half
     * @param scales {@code [rows, cols / 32]} bytes
     * @throws IllegalArgumentException if they have another size
     */
    static RowSource mxfp4(MemorySegment blocks, MemorySegment scales, int rows, int cols) {
        return new Mxfp4Rows(blocks, scales, rows, cols);
    }

    /**
     * A matrix that bitsandbytes quantized to 4 bits. Codes are kept, unless blocks begin inside rows at a column that is not a multiple of 32.
     *
     * @param kind NF4 or FP4
     * @param blockSize elements that share a scale; blocks run over all elements and ignore rows
     * @param packed two codes in each byte, the first in the high nibble
     * @param absmax the scale of each block
     * @throws IllegalArgumentException if sizes contradict each other
     */
    static RowSource bnb4(Codes kind, int rows, int cols, int blockSize, MemorySegment packed, float[] absmax) {
        return Bnb4Rows.of(kind, rows, cols, blockSize, packed, absmax);
    }

    /**
     * A matrix of GPTQ, 4 bits. Codes are kept if a group is a run of inputs; with {@code desc_act} they become F32.
     *
     * @param qweight I32 {@code [inputs / 8, outputs]}
     * @param qzeros I32 {@code [groups, outputs / 8]}
     * @param scales {@code [groups, outputs]}
     * @param groups the group of each input ({@code g_idx}); empty if a group is a run of inputs
     * @param zeroOffset number added to a stored zero: 1, or 0 in {@code checkpoint_format} "gptq_v2"
     * @throws IllegalArgumentException if shapes contradict each other
     */
    static RowSource gptq(RowSource qweight, RowSource qzeros, RowSource scales, int[] groups, int zeroOffset) {
        return new Gptq(qweight, qzeros, scales, zeroOffset).rows(groups);
    }

    /**
     * A matrix of AWQ in its "gemm" form, 4 bits.
     *
     * @param qweight I32 {@code [inputs, outputs / 8]}
     * @param qzeros I32 {@code [groups, outputs / 8]}
     * @param scales {@code [groups, outputs]}
     * @throws IllegalArgumentException if shapes contradict each other
     */
    static RowSource awq(RowSource qweight, RowSource qzeros, RowSource scales) {
        return new Awq(qweight, qzeros, scales).rows();
    }

    /**
     * A matrix of numbers, usually F8_E4M3, times a scale for each tile.
     *
     * @param tileRows rows that share a scale
     * @param tileCols columns that share a scale
     * @param scales {@code [tiles down, tiles across]}; tiles at the edges may be partial
     * @throws IllegalArgumentException if shapes contradict each other
     */
    static RowSource scaled(RowSource weight, int tileRows, int tileCols, RowSource scales) {
        return ScaledRows.of(weight, tileRows, tileCols, scales);
    }

    /** Rows {@code from … to}. */
    default RowSource slice(int from, int to) {
        if (from < 0 || from > to || to > rows()) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " of " + rows());
        }
        return new PickedRows(this, to - from, row -> from + row);
    }

    /** A matrix whose row i is this one's row {@code order[i]}; rows may be left out or occur more than once. */
    default RowSource permuted(int[] order) {
        int[] rows = order.clone();
        if (Arrays.stream(rows).anyMatch(row -> row < 0 || row >= rows())) {
            throw new IllegalArgumentException("an order that names rows beyond " + rows());
        }
        return new PickedRows(this, rows.length, row -> rows[row]);
    }

    /** Fills one row of floats. */
    interface FloatRow {
        void fill(int row, float[] out);
    }
}
