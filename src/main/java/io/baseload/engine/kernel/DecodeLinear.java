package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.Scratch.BLOCK_COLUMNS;
import static io.baseload.engine.kernel.Scratch.COLUMNS;
import static io.baseload.engine.kernel.Scratch.MAX_BLOCKS;
import static io.baseload.engine.kernel.Scratch.ONE_ROWS_BLOCKS;
import static io.baseload.engine.kernel.Scratch.STREAMS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static io.baseload.engine.tensor.PackedMatrix.NESTED_BLOCKS;

import io.baseload.engine.kernel.generated.ByteFloat;
import io.baseload.engine.kernel.generated.ByteRowFloat;
import io.baseload.engine.kernel.generated.ByteRowHalf;
import io.baseload.engine.kernel.generated.CodebookFloat;
import io.baseload.engine.kernel.generated.FloatingPoint;
import io.baseload.engine.kernel.generated.FloatingPoint8;
import io.baseload.engine.kernel.generated.NibbleFloat;
import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * A linear layer for decode rows. A single row is multiplied while weights are decoded in registers; several rows share each decoded vector. The order of sums is the same.
 */
final class DecodeLinear {
    static final int WIDTH = STREAMS * L;

    /**
     * Rows that numbers that aren't coded are multiplied by one after the other, all but the first from cache: L2, or L3 if the matrix is wide. On a Zen 4, with 2,048 and 8,192 columns and up to
     * eight rows, widening to L1 for all rows paid off only for more than four, and only with vectors of 512 bits. More rows and vectors of 128 bits weren't measured.
     */
    private static final int MAX_ROWS_ONE_BY_ONE = L == LANES ? 4 : Kernels.MAX_DECODE_ROWS;

    private DecodeLinear() {}

    /** Adds up the blocks of x. */
    static void prepare(PackedMatrix w, Rows x, int from, int to, Scratch scratch) {
        BlockSums.of(w, x, from, to - from, scratch.blockSums);
    }

    static void multiply(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        int end = endPanel * PARTS;
        int rows = to - from;
        for (int unit = firstPanel * PARTS, units; unit < end; unit += units) {
            units = streams(end - unit, rows);
            if (!streamsThemselves(w.packing(), rows)) {
                long bytes = Math.ceilDiv(units, PARTS) * w.panelBytes();
                CachePrefetch.fetch(w.data(), unit / PARTS * w.panelBytes(), bytes, scratch);
            }
            group(w, x, y, from, rows, unit, units, scratch);
        }
    }

    /** Whether kernels read several streams without interruption, so that the processor's own prefetcher follows them. */
    private static boolean streamsThemselves(Packing packing, int rows) {
        return rows == 1 && packing.codes().coded() && MANY_REGISTERS || readsScales(packing, rows);
    }

    /** Number of vectors of weight rows that are read at once. */
    private static int streams(int left, int rows) {
        return left >= 8 && rows == 1 && MANY_REGISTERS ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    /** Some vectors of weight rows times all rows of x; only the first pass reads them from memory. */
    private static void group(
            PackedMatrix w, Rows x, Rows y, int from, int rows, int unit, int units, Scratch scratch) {
        if (!w.packing().codes().coded() && rows <= MAX_ROWS_ONE_BY_ONE) {
            for (int row = from; row < from + rows; row++) {
                floatingPoint(w, x, row, unit, units, scratch.sums);
                store(w, scratch.sums, 0, y, row, unit, units);
            }
        } else if (!w.packing().codes().coded()) {
            widened(w, x, y, from, rows, unit, units, scratch);
        } else if (!inRegisters(w.packing())) {
            WidenedRows.multiply(w, x, from, rows, unit, units, scratch);
            for (int r = 0; r < rows; r++) {
                store(w, scratch.totals, r * WIDTH, y, from + r, unit, units);
            }
        } else {
            coded(w, x, y, from, rows, unit, units, scratch);
        }
    }

    /** One row times numbers that aren't coded. */
    private static void floatingPoint(PackedMatrix w, Rows x, int row, int unit, int units, float[] sums) {
        if (w.packing().codes() == Codes.F8_E4M3) {
            FloatingPoint8.multiply(w, unit, units, x.data(), x.at(row), sums);
        } else {
            FloatingPoint.multiply(w, unit, units, x.data(), x.at(row), sums);
        }
    }

    /** Whether there is a kernel that decodes these weights in registers. */
    private static boolean inRegisters(Packing packing) {
        return !packing.codes().codebook() || L == LANES;
    }

    /**
     * Adds the products of all columns: for one row as many as possible per call (those that share nested scales); for several rows a few blocks at a time, whose weights the other rows then
     * read from cache.
     */
    private static void coded(
            PackedMatrix w, Rows x, Rows y, int from, int rows, int unit, int units, Scratch scratch) {
        Arrays.fill(scratch.sums, 0, rows * units * L, 0f);
        int blocks = blocks(w, rows);
        for (int block = 0; block < w.blocks(); block += blocks) {
            int some = Math.min(blocks, w.blocks() - block);
            if (!readsScales(w.packing(), rows)) {
                ScaleVectors.read(w, unit, units, block, some, scratch.scales);
            }
            for (int r = 0, n; r < rows; r += n) {
                n = units == 4 ? Math.min(rows - r, MANY_REGISTERS ? 4 : 2) : 1;
                products(w, unit, units, block, some, x, from, r, n, scratch);
            }
        }
        for (int r = 0; r < rows; r++) {
            store(w, scratch.sums, r * units * L, y, from + r, unit, units);
        }
    }

    /** Whether the kernel reads scales itself, between the codes. */
    private static boolean readsScales(Packing packing, int rows) {
        return rows == 1 && packing.codes() == Codes.I8;
    }

    /**
     * Blocks that a kernel processes in one call: for several rows about {@link Scratch#BLOCK_COLUMNS} columns, but no more than {@link Scratch#MAX_BLOCKS} blocks; for one row as many as share
     * a nested scale, or all if the kernel reads the scales.
     */
    private static int blocks(PackedMatrix w, int rows) {
        Packing packing = w.packing();
        if (rows > 1) {
            return Math.clamp(BLOCK_COLUMNS / packing.block(), 1, MAX_BLOCKS);
        }
        if (readsScales(packing, rows)) {
            return w.blocks();
        }
        return packing.scales().nested() ? NESTED_BLOCKS : ONE_ROWS_BLOCKS;
    }

    private static void products(
            PackedMatrix w, int unit, int units, int block, int blocks, Rows x, int from, int r, int rows, Scratch s) {
        switch (kernel(w.packing().codes(), rows)) {
            case BYTE_ROW -> bytesOfRow(w, unit, units, block, blocks, x, from, r, s);
            case BYTES ->
                ByteFloat.multiply(w, unit, units, block, blocks, x, from, r, rows, s.blockSums, s.scales, s.sums);
            case NIBBLES ->
                NibbleFloat.multiply(w, unit, units, block, blocks, x, from, r, rows, s.blockSums, s.scales, s.sums);
            case CODEBOOK ->
                CodebookFloat.multiply(w, unit, units, block, blocks, x, from, r, rows, s.blockSums, s.scales, s.sums);
        }
    }

    private static void bytesOfRow(
            PackedMatrix w, int unit, int units, int block, int blocks, Rows x, int from, int r, Scratch s) {
        switch (w.packing().scales()) {
            case F16, F16_MINIMUM ->
                ByteRowHalf.multiply(w, unit, units, block, blocks, x, from, r, s.blockSums, s.sums);
            default -> ByteRowFloat.multiply(w, unit, units, block, blocks, x, from, r, s.blockSums, s.sums);
        }
    }

    private enum Kernel {
        BYTE_ROW,
        BYTES,
        NIBBLES,
        CODEBOOK
    }

    /** Several rows share the looked-up numbers. So for them 4-bit integers are looked up like other codes, if a vector holds the table. */
    private static Kernel kernel(Codes codes, int rows) {
        return switch (codes) {
            case I8 -> rows == 1 ? Kernel.BYTE_ROW : Kernel.BYTES;
            case U4, I4 -> rows == 1 || L != LANES ? Kernel.NIBBLES : Kernel.CODEBOOK;
            default -> Kernel.CODEBOOK;
        };
    }

    /** Stores a row's sums of some vectors, as far as the matrix has rows. */
    static void store(PackedMatrix w, float[] sums, int at, Rows y, int row, int unit, int units) {
        int width = Math.min(units * L, w.rows() - unit * L);
        if (width > 0) {
            System.arraycopy(sums, at, y.data(), y.at(row) + unit * L, width);
        }
    }

    /** Numbers that aren't coded: some columns are widened to L1, then multiplied by all rows. */
    private static void widened(
            PackedMatrix w, Rows x, Rows y, int from, int rows, int unit, int units, Scratch scratch) {
        Arrays.fill(scratch.sums, 0, rows * WIDTH, 0f);
        for (int column = 0; column < w.cols(); column += COLUMNS) {
            int depth = Math.min(COLUMNS, w.cols() - column);
            for (int i = 0; i < units; i++) {
                Widening.columns(w, unit + i, column, column + depth, scratch.widened, 4L * L * i, 4L * WIDTH);
            }
            for (int r = 0; r < rows; r += 3) {
                int at = x.at(from + r) + column;
                int left = Math.min(3, rows - r);
                for (int i = 0; i < units; i += 4) {
                    Tile.rows3Vectors4(
                            scratch.widened,
                            4L * L * i,
                            4L * WIDTH,
                            depth,
                            x.data(),
                            at,
                            x.stride(),
                            left,
                            scratch.sums,
                            r * WIDTH + i * L,
                            WIDTH);
                }
            }
        }
        for (int r = 0; r < rows; r++) {
            store(w, scratch.sums, r * WIDTH, y, from + r, unit, units);
        }
    }
}
