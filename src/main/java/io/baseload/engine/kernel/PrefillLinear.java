package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.MANY_REGISTERS;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;

import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/** A linear layer for prompt rows: two vectors of weight rows are widened to L2 once, then multiplied by all rows of x with a register tile. */
final class PrefillLinear {
    /** Bytes of a widened column. */
    private static final long COLUMN = 2L * 4 * L;

    private PrefillLinear() {}

    static void multiply(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        if (from == to) {
            return;
        }
        // a panel's last vectors may have no rows at all
        int end = Math.min(endPanel * PARTS, Math.ceilDiv(w.rows(), L));
        for (int unit = firstPanel * PARTS; unit < end; unit += 2) {
            int units = Math.min(2, end - unit);
            widen(w, unit, units, scratch);
            boolean whole = units == 2 && (unit + 2) * L <= w.rows();
            for (int row = from, rows; row < to; row += rows) {
                rows = tileRows(to - row);
                if (whole) {
                    int at = y.at(row) + unit * L;
                    clear(y.data(), at, y.stride(), rows);
                    tile(w, x, row, rows, y.data(), at, y.stride(), scratch);
                } else {
                    clear(scratch.sums, 0, 2 * L, rows);
                    tile(w, x, row, rows, scratch.sums, 0, 2 * L, scratch);
                    copy(w, scratch.sums, y, row, rows, unit, units);
                }
            }
        }
    }

    private static int tileRows(int left) {
        return Math.min(left, MANY_REGISTERS && left > 6 ? 12 : 6);
    }

    private static void widen(PackedMatrix w, int unit, int units, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            Widening.all(w, unit + i, scratch, 4L * L * i, COLUMN);
        }
    }

    private static void clear(float[] y, int at, int stride, int rows) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(y, at + r * stride, at + r * stride + 2 * L, 0f);
        }
    }

    private static void tile(
            PackedMatrix w, Rows x, int row, int rows, float[] y, int at, int stride, Scratch scratch) {
        Tile.any(scratch.widened, 0, COLUMN, w.cols(), x.data(), x.at(row), x.stride(), rows, y, at, stride);
    }

    private static void copy(PackedMatrix w, float[] sums, Rows y, int row, int rows, int unit, int units) {
        int width = Math.min(units * L, w.rows() - unit * L);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(sums, r * 2 * L, y.data(), y.at(row + r) + unit * L, width);
        }
    }
}
