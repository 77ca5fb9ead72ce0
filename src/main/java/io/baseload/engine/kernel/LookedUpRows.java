package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.DecodeLinear.WIDTH;
import static io.baseload.engine.kernel.Lanes.FLOATS;
import static io.baseload.engine.kernel.Lanes.L;
import static io.baseload.engine.kernel.Lanes.PARTS;

import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Rows times 4-bit weights that are looked up, for vectors that don't hold the whole table: the values of a block's codes are written to L1 and multiplied from there, in
 * the same order as {@link CodebookDecode}.
 */
final class LookedUpRows {
    private static final float[] ONES = ones();

    private LookedUpRows() {}

    private static float[] ones() {
        float[] ones = new float[L];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Up to four vectors of weight rows times some rows of x, to {@code scratch.totals[row · WIDTH + …]}. */
    static void multiply(PackedMatrix w, Rows x, int from, int rows, int unit, int units, Scratch scratch) {
        int size = w.packing().block();
        Arrays.fill(scratch.totals, 0, rows * WIDTH, 0f);
        for (int block = 0; block < w.blocks(); block++) {
            for (int i = 0; i < units; i++) {
                long codes = w.codes((unit + i) / PARTS, block) + (unit + i) % PARTS * 4L * L;
                Lookup.widen(w, codes, ONES, scratch.widened, 4L * L * i, 4L * WIDTH);
            }
            ScaleVectors.read(w, unit, units, block, scratch.scales);
            Arrays.fill(scratch.sums, 0, rows * WIDTH, 0f);
            for (int r = 0; r < rows; r += 3) {
                int at = x.at(from + r) + block * size;
                int some = Math.min(3, rows - r);
                Tile.three(
                        scratch.widened,
                        0,
                        4L * WIDTH,
                        size,
                        x.data(),
                        at,
                        x.stride(),
                        some,
                        scratch.sums,
                        r * WIDTH,
                        WIDTH);
            }
            scale(rows, units, scratch);
        }
    }

    /** totals += sums · scales. */
    private static void scale(int rows, int units, Scratch scratch) {
        for (int i = 0; i < units; i++) {
            FloatVector scale = FloatVector.fromArray(FLOATS, scratch.scales, 2 * i * L);
            for (int r = 0; r < rows; r++) {
                int at = r * WIDTH + i * L;
                FloatVector.fromArray(FLOATS, scratch.sums, at)
                        .fma(scale, FloatVector.fromArray(FLOATS, scratch.totals, at))
                        .intoArray(scratch.totals, at);
            }
        }
    }
}
