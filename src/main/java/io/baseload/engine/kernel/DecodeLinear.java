package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.Lanes.FLOATS;
import static io.baseload.engine.kernel.Lanes.L;
import static io.baseload.engine.kernel.Lanes.MANY_REGISTERS;
import static io.baseload.engine.kernel.Lanes.PARTS;
import static io.baseload.engine.kernel.Scratch.COLUMNS;
import static io.baseload.engine.kernel.Scratch.ROWS;
import static io.baseload.engine.kernel.Scratch.STREAMS;

import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A linear layer for decode rows. One row alone is multiplied while its weights are decoded in registers; several rows share a block of codes that was widened to
 * L1. Both add in the same order.
 */
final class DecodeLinear {
    private static final int STRIDE = STREAMS * L;

    private DecodeLinear() {}

    static void multiply(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        int end = endPanel * PARTS;
        for (int row = from; row < to; row += ROWS) {
            int rows = Math.min(ROWS, to - row);
            BlockSums.of(w, x, row, rows, scratch.blockSums);
            for (int unit = firstPanel * PARTS, units; unit < end; unit += units) {
                units = streams(end - unit);
                if (rows == 1 && w.type().blockSize() > 1) {
                    single(w, x, y, row, unit, units, scratch);
                } else {
                    several(w, x, y, row, rows, unit, units, scratch);
                }
            }
        }
    }

    private static int streams(int left) {
        return left >= 8 && MANY_REGISTERS ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    private static void single(PackedMatrix w, Rows x, Rows y, int row, int unit, int units, Scratch scratch) {
        if (w.type() == ElementType.Q8_0) {
            ByteDecode.multiply(units, w, unit, x.data(), x.at(row), scratch.scales, scratch.sums);
        } else {
            NibbleDecode.multiply(units, w, unit, x.data(), x.at(row), scratch.blockSums, scratch.scales, scratch.sums);
        }
        store(w, scratch.sums, 0, y, row, unit, units);
    }

    private static void store(PackedMatrix w, float[] sums, int at, Rows y, int row, int unit, int units) {
        int width = Math.min(units * L, w.rows() - unit * L);
        if (width > 0) {
            System.arraycopy(sums, at, y.data(), y.at(row) + unit * L, width);
        }
    }

    private static void several(
            PackedMatrix w, Rows x, Rows y, int from, int rows, int unit, int units, Scratch scratch) {
        Arrays.fill(scratch.totals, 0, rows * STRIDE, 0f);
        for (int column = 0; column < w.cols(); column += COLUMNS) {
            int depth = Math.min(COLUMNS, w.cols() - column);
            if (w.type().blockSize() == 1) {
                widenColumns(w, unit, units, column, depth, scratch);
                tiles(x, from, rows, column, depth, units, scratch, scratch.totals);
            } else {
                Arrays.fill(scratch.sums, 0, rows * STRIDE, 0f);
                widenCodes(w, unit, units, column / COLUMNS, scratch);
                tiles(x, from, rows, column, depth, units, scratch, scratch.sums);
                scale(w, rows, column / COLUMNS, units, scratch);
            }
        }
        for (int r = 0; r < rows; r++) {
            store(w, scratch.totals, r * STRIDE, y, from + r, unit, units);
        }
    }

    private static void widenColumns(PackedMatrix w, int unit, int units, int first, int depth, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            Widening.columns(w, unit + i, first, first + depth, scratch.widened, 4L * L * i, 4L * STRIDE);
        }
    }

    private static void widenCodes(PackedMatrix w, int unit, int units, int block, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            Widening.codes(w, unit + i, block, scratch.widened, 4L * L * i, 4L * STRIDE);
        }
        Widening.scales(w, unit, units, block, scratch.scales);
    }

    private static void tiles(
            Rows x, int from, int rows, int column, int depth, int units, Scratch scratch, float[] sums) {
        for (int r = 0; r < rows; r += 3) {
            for (int i = 0; i < units; i += 4) {
                int at = x.at(from + r) + column;
                int left = Math.min(3, rows - r);
                Tile.three(
                        scratch.widened,
                        4L * L * i,
                        4L * STRIDE,
                        depth,
                        x.data(),
                        at,
                        x.stride(),
                        left,
                        sums,
                        r * STRIDE + i * L,
                        STRIDE);
            }
        }
    }

    private static void scale(PackedMatrix w, int rows, int block, int units, Scratch scratch) {
        for (int r = 0; r < rows; r++) {
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[r * w.blocks() + block]);
            for (int i = 0; i < units; i++) {
                int at = r * STRIDE + i * L;
                FloatVector d = FloatVector.fromArray(FLOATS, scratch.scales, 2 * i * L);
                FloatVector m = FloatVector.fromArray(FLOATS, scratch.scales, (2 * i + 1) * L);
                FloatVector coded = FloatVector.fromArray(FLOATS, scratch.sums, at);
                FloatVector total = FloatVector.fromArray(FLOATS, scratch.totals, at);
                sum.fma(m, coded.fma(d, total)).intoArray(scratch.totals, at);
            }
        }
    }
}
