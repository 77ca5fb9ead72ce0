package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;

import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * A linear layer for prompt rows: some columns of two vectors of weight rows are widened to L2, then multiplied by all rows of x with a register tile. Sums go on from one piece of columns to
 * the next in y, so their order is that of the columns.
 */
final class PrefillLinear {
    /** Bytes of a widened column. */
    private static final long COLUMN = 2L * 4 * L;

    /** Columns that are widened at once; a multiple of all blocks. */
    private static final int DEPTH = 2048;

    private PrefillLinear() {}

    static void multiply(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        if (from == to) {
            return;
        }
        // a panel's last vectors may have no rows at all
        int end = Math.min(endPanel * PARTS, Math.ceilDiv(w.rows(), L));
        for (int unit = firstPanel * PARTS; unit < end; unit += 2) {
            if (unit + 2 <= end && (unit + 2) * L <= w.rows()) {
                for (int column = 0; column < w.cols(); column += DEPTH) {
                    strip(w, x, y, from, to, unit, column, Math.min(w.cols(), column + DEPTH), scratch);
                }
            } else {
                edge(w, x, y, from, to, unit, Math.min(2, end - unit), scratch);
            }
        }
    }

    private static void strip(
            PackedMatrix w, Rows x, Rows y, int from, int to, int unit, int column, int end, Scratch scratch) {
        widen(w, unit, 2, column, end, scratch);
        for (int row = from, rows; row < to; row += rows) {
            rows = tileRows(to - row);
            int at = y.at(row) + unit * L;
            if (column == 0) {
                clear(y.data(), at, y.stride(), rows);
            }
            tile(x, row, rows, column, end, y.data(), at, y.stride(), scratch);
        }
    }

    /** A last strip that the matrix's rows or the panels don't fill, for which y has no room: all columns at once. */
    private static void edge(PackedMatrix w, Rows x, Rows y, int from, int to, int unit, int units, Scratch scratch) {
        widen(w, unit, units, 0, w.cols(), scratch);
        for (int row = from, rows; row < to; row += rows) {
            rows = tileRows(to - row);
            clear(scratch.sums, 0, 2 * L, rows);
            tile(x, row, rows, 0, w.cols(), scratch.sums, 0, 2 * L, scratch);
            copy(w, scratch.sums, y, row, rows, unit, units);
        }
    }

    private static int tileRows(int left) {
        return Math.min(left, MANY_REGISTERS && left > 6 ? 12 : 6);
    }

    private static void widen(PackedMatrix w, int unit, int units, int column, int end, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            Widening.range(w, unit + i, column, end, scratch, 4L * L * i, COLUMN);
        }
    }

    private static void clear(float[] y, int at, int stride, int rows) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(y, at + r * stride, at + r * stride + 2 * L, 0f);
        }
    }

    private static void tile(
            Rows x, int row, int rows, int column, int end, float[] y, int at, int stride, Scratch scratch) {
        int from = x.at(row) + column;
        Tile.any(scratch.widened, 0, COLUMN, end - column, x.data(), from, x.stride(), rows, y, at, stride);
    }

    private static void copy(PackedMatrix w, float[] sums, Rows y, int row, int rows, int unit, int units) {
        int width = Math.min(units * L, w.rows() - unit * L);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(sums, r * 2 * L, y.data(), y.at(row + r) + unit * L, width);
        }
    }
}
