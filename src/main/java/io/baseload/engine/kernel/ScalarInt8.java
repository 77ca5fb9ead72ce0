package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a linear layer in the precision {@code fast}: of decode rows and weights of 4 bits, and with machine code of all rows and weights of 4 or 8 bits.
 *
 * <p>x is quantized in groups of 32 columns, or of a block's 16: x ≈ step · q with step = max |x| / 127 without its last two bits ({@link TileRows#step}) and q rounded to nearest even. With v the values
 * of the codes as integers, y = Σ over groups of d·(step·Σ v·q), with one rounding for the product in brackets and one for each fused multiply-add. If there are minimums, Σ over blocks of m·Σ step·q is
 * a separate sum, which is added to y at the end. The values of a table are the integers of an {@link IntegerTable} times its unit, by which y is multiplied at the end.
 *
 * <p>Where sums have 16 bits ({@link TileForm#LIMITED}), max |x| counts as larger if the magnitudes of q would add up to more than these hold ({@link TileRows#limiting}).
 */
final class ScalarInt8 {
    /** A group whose largest value is below this counts as zero. */
    private static final float MIN_MAGNITUDE = 1e-30f;

    private ScalarInt8() {}

    static boolean takes(Packing packing) {
        return packing.codes().bits() == 4;
    }

    /**
     * One row of x times the rows of one panel.
     *
     * @param table the values of codes; null if they are integers themselves
     * @param form the form of rows of x
     */
    static void multiply(
            PackedMatrix w,
            @Nullable IntegerTable table,
            TileForm form,
            int panel,
            Rows x,
            Rows y,
            int row,
            Scratch scratch) {
        int size = w.packing().block();
        int group = TileKernel.group(w.packing());
        int lanes = Math.min(LANES, w.rows() - panel * LANES);
        int at = y.at(row) + panel * LANES;
        Arrays.fill(y.data(), at, at + lanes, 0f);
        Arrays.fill(scratch.lanes, 0f);
        for (int column = 0; column < w.cols(); column += group) {
            integers(w, table, panel, column / size, scratch);
            int from = x.at(row) + column;
            float max = max(x.data(), from, group, form);
            float step = max < MIN_MAGNITUDE ? 0 : TileRows.step(max);
            float inverse = max < MIN_MAGNITUDE ? 0 : 127 / max;
            for (int lane = 0; lane < lanes; lane++) {
                int sum = 0;
                for (int i = 0; i < group; i++) {
                    int weight = (int) scratch.block[(column % size + i) * LANES + lane];
                    sum += weight * (int) Math.rint((double) x.data()[from + i] * inverse);
                }
                float product = sum * step;
                y.data()[at + lane] = Math.fma(product, scratch.scales[lane], y.data()[at + lane]);
            }
            if (w.packing().scales().minimum() && (column + group) % size == 0) {
                minimum(w, column / size, x, row, scratch);
            }
        }
        for (int lane = 0; lane < lanes; lane++) {
            float products = y.data()[at + lane];
            y.data()[at + lane] = table == null ? products + scratch.lanes[lane] : products * table.unit();
        }
    }

    private static void minimum(PackedMatrix w, int block, Rows x, int row, Scratch scratch) {
        int size = w.packing().block();
        int group = TileKernel.group(w.packing());
        float sum = 0;
        for (int column = 0; column < size; column += group) {
            sum += sum(x.data(), x.at(row) + block * size + column, group);
        }
        for (int lane = 0; lane < LANES; lane++) {
            scratch.lanes[lane] = Math.fma(sum, scratch.scales[LANES + lane], scratch.lanes[lane]);
        }
    }

    /** step · Σ q of a group. */
    private static float sum(float[] x, int at, int group) {
        float max = max(x, at, group);
        if (max < MIN_MAGNITUDE) {
            return 0;
        }
        int sum = 0;
        for (int i = 0; i < group; i++) {
            sum += (int) Math.rint((double) x[at + i] * (127 / max));
        }
        return TileRows.step(max) * sum;
    }

    /** What the largest |x| of a group counts as. */
    private static float max(float[] x, int at, int group, TileForm form) {
        float max = max(x, at, group);
        if (form != TileForm.LIMITED || max < MIN_MAGNITUDE) {
            return max;
        }
        int[] halves = new int[2];
        int pair = 0;
        for (int i = 0; i < group; i++) {
            int magnitude = magnitude(x[at + i], max);
            halves[i % 8 / 4] += magnitude;
            // of each four columns, the first and the third are multiplied together, and the others
            pair = i % 4 < 2 ? Math.max(pair, magnitude + magnitude(x[at + i + 2], max)) : pair;
        }
        return max * TileRows.limiting(Math.max(halves[0], halves[1]), pair, group);
    }

    private static int magnitude(float x, float max) {
        return Math.abs((int) Math.rint((double) x * (127 / max)));
    }

    private static float max(float[] x, int at, int group) {
        float max = 0;
        for (int i = 0; i < group; i++) {
            max = Math.max(max, Math.abs(x[at + i]));
        }
        return max;
    }

    /** The codes of a block as integers, and its scales. */
    private static void integers(PackedMatrix w, @Nullable IntegerTable table, int panel, int block, Scratch scratch) {
        Panels.scales(w, panel, block, scratch.scales);
        Codes codes = w.packing().codes();
        if (codes == Codes.I8) {
            Panels.codes(w, panel, block, scratch.block);
            return;
        }
        Panels.nibbles(w, panel, block, scratch.block);
        for (int i = 0; i < w.packing().block() * LANES; i++) {
            int nibble = (int) scratch.block[i];
            int integer = codes == Codes.I4 ? nibble - 8 : nibble;
            scratch.block[i] = table == null ? integer : table.integers()[nibble];
        }
    }
}
