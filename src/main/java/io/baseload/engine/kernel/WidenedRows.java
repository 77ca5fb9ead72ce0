package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.DecodeLinear.WIDTH;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;

import io.baseload.engine.kernel.generated.Tile;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Rows times weights that no kernel decodes in registers: 4-bit codes of a table larger than a vector. The values of a block's codes are written to L1 and multiplied from there, in the same
 * order as in the other kernels.
 */
final class WidenedRows {
    private WidenedRows() {}

    /** Some vectors of weight rows times some rows of x, to {@code scratch.totals[row · WIDTH + …]}. */
    static void multiply(PackedMatrix w, Rows x, int from, int rows, int unit, int units, Scratch scratch) {
        Arrays.fill(scratch.totals, 0, rows * WIDTH, 0f);
        for (int block = 0; block < w.blocks(); block++) {
            for (int i = 0; i < units; i++) {
                Widening.values(w, unit + i, block, scratch.widened, 4L * L * i, 4L * WIDTH);
            }
            Arrays.fill(scratch.sums, 0, rows * WIDTH, 0f);
            multiply(w, block, x, from, rows, units, scratch);
            ScaleVectors.read(w, unit, units, block, 1, scratch.scales);
            scale(w, block, rows, units, scratch);
        }
    }

    private static void multiply(PackedMatrix w, int block, Rows x, int from, int rows, int units, Scratch scratch) {
        int size = w.packing().block();
        for (int r = 0; r < rows; r += 3) {
            int at = x.at(from + r) + block * size;
            int some = Math.min(3, rows - r);
            for (int i = 0; i < units; i += 4) {
                Tile.rows3Vectors4(
                        scratch.widened,
                        4L * L * i,
                        4L * WIDTH,
                        size,
                        x.data(),
                        at,
                        x.stride(),
                        some,
                        scratch.sums,
                        r * WIDTH + i * L,
                        WIDTH);
            }
        }
    }

    /** totals += sums · scales + block sums of x · minimums. */
    private static void scale(PackedMatrix w, int block, int rows, int units, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            FloatVector scale = FloatVector.fromArray(FLOATS, scratch.scales, 2 * i * L);
            FloatVector least = FloatVector.fromArray(FLOATS, scratch.scales, (2 * i + 1) * L);
            for (int r = 0; r < rows; r++) {
                int at = r * WIDTH + i * L;
                FloatVector total = FloatVector.fromArray(FLOATS, scratch.sums, at)
                        .fma(scale, FloatVector.fromArray(FLOATS, scratch.totals, at));
                FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[r * w.blocks() + block]);
                sum.fma(least, total).intoArray(scratch.totals, at);
            }
        }
    }
}
