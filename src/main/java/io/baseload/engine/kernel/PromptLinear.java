package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.platform.IntegerProducts.ROW_SUMS;
import static io.baseload.engine.platform.IntegerProducts.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * A linear layer for prompt rows in integers, one worker's part: strips of 64 outputs, eight groups of columns at a time. Their weights are converted to bytes once for up to 512 rows, the
 * library multiplies up to 64 of these rows by all groups, and a vector loop adds the products times their scales to the sums. Weights (32 KiB), products and sums (128 KiB each) stay in L2.
 */
final class PromptLinear {
    /** Whether these kernels can run here. */
    static final boolean USABLE = PromptFormat.MACHINE.isPresent() && L >= 8;

    /** Rows for which weights are converted once. */
    private static final int MAX_ROWS = 512;

    /** The heap of such an object: sums, and the scale and the excess of each output of each group. */
    static final long HEAP_BYTES = (MAX_ROWS + 2L * IntegerProducts.MAX_GROUPS) * WIDTH * Float.BYTES;

    private static final VectorShuffle<Integer> PLACES = VectorShuffle.fromOp(INTS, PromptFormat::place);

    private final PromptFormat format = PromptFormat.MACHINE.orElseThrow();
    private final IntegerProducts products = new IntegerProducts();

    /** The scale of each output of each group, {@code [group][64]}. */
    private final float[] scales = new float[IntegerProducts.MAX_GROUPS * WIDTH];

    /** The amount by which unsigned activations raise each sum. */
    private final int[] excess = new int[IntegerProducts.MAX_GROUPS * WIDTH];

    private final PromptWeights weights =
            PromptWeights.of(format, IntegerProducts.kind().orElseThrow().packed(), scales, excess);

    /** {@code [row][64]}. */
    private final float[] sums = new float[MAX_ROWS * WIDTH];

    private final byte[] codes = new byte[IntegerProducts.DEPTH];

    void quantize(Rows x, int from, int to, PromptRows out) {
        for (int row = from; row < to; row++) {
            for (int g = 0; g < format.groups(x.width()); g++) {
                int first = g * format.group();
                int columns = Math.min(format.group(), x.width() - first);
                float most = most(x.data(), x.at(row) + first, columns);
                float inverse = most > 0 ? PromptFormat.MAX_ACTIVATION / most : 0;
                out.scales[out.scaleAt(g, row)] = most / PromptFormat.MAX_ACTIVATION;
                codes(x.data(), x.at(row) + first, columns, inverse, codes);
                MemorySegment.copy(codes, 0, out.codes, JAVA_BYTE, out.at(g, row), columns);
            }
        }
    }

    private static float most(float[] x, int at, int columns) {
        FloatVector most = FloatVector.zero(FLOATS);
        for (int i = 0; i < columns; i += L) {
            most = most.max(FloatVector.fromArray(FLOATS, x, at + i).abs());
        }
        return most.reduceLanes(VectorOperators.MAX);
    }

    private static void codes(float[] x, int at, int columns, float inverse, byte[] codes) {
        for (int i = 0; i < columns; i += L) {
            IntVector code = FloatVector.fromArray(FLOATS, x, at + i)
                    .mul(inverse)
                    .add(PromptFormat.ROUNDER)
                    .reinterpretAsInts()
                    .add(PromptFormat.SHIFT - PromptFormat.ROUNDER_BITS)
                    .rearrange(PLACES);
            ((ByteVector) code.convertShape(I2B, BYTES, 0)).intoArray(codes, i);
        }
    }

    void multiply(PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel) {
        products.memory().begin();
        for (int panel = firstPanel; panel < endPanel; panel += WIDTH / LANES) {
            int panels = Math.min(WIDTH / LANES, endPanel - panel);
            for (int row = from; row < to; row += MAX_ROWS) {
                strip(w, x, y, row, Math.min(to, row + MAX_ROWS), panel, panels);
            }
        }
    }

    private void strip(PackedMatrix w, PromptRows x, Rows y, int from, int to, int panel, int panels) {
        Arrays.fill(sums, 0, (to - from) * WIDTH, 0f);
        int width = weights.width(panels);
        int all = format.groups(w.cols());
        for (int g = 0, groups; g < all; g += groups) {
            groups = Math.min(IntegerProducts.MAX_GROUPS, all - g);
            read(w, panel, panels, g, groups);
            for (int row = from, rows; row < to; row += rows) {
                int left = Math.min(to - row, PromptRows.leftInBlock(row));
                int height = products.height(left);
                rows = Math.min(height, left);
                products.multiply(x.codes, x.at(g, row), height, width, groups);
                add(x, g, groups, row, rows, width, row - from);
            }
        }
        int outputs = Math.min(panels * LANES, w.rows() - panel * LANES);
        for (int row = from; row < to; row++) {
            weights.store(sums, (row - from) * WIDTH, outputs, y.data(), y.at(row) + panel * LANES);
        }
    }

    /** Converts the weights of some groups. */
    private void read(PackedMatrix w, int panel, int panels, int firstGroup, int groups) {
        MemorySegment out = products.memory().weights();
        for (int g = 0; g < groups; g++) {
            int first = (firstGroup + g) * format.group();
            int columns = Math.min(format.group(), w.cols() - first);
            long to = (long) g * IntegerProducts.GROUP_BYTES;
            if (columns < format.group()) {
                out.asSlice(to, IntegerProducts.GROUP_BYTES).fill((byte) 0);
            }
            weights.read(w, panel, panels, first, columns, out, to, g * WIDTH);
        }
    }

    /**
     * sums += products · scales, group after group: for two vectors of two rows at a time, so that the weights' scales are loaded once for two rows, or one by one where fewer are left.
     *
     * @param first the first of {@code rows} rows of x
     * @param row its place in the sums
     */
    private void add(PromptRows x, int g, int groups, int first, int rows, int width, int row) {
        int scale = x.scaleAt(g, first);
        int next = x.scaleAt(1, 0);
        int pairs = width / (2 * L) * 2 * L;
        int even = rows / 2 * 2;
        for (int r = 0; r < even; r += 2) {
            for (int v = 0; v < pairs; v += 2 * L) {
                addFour(groups, r, x.scales, scale + r, next, v, row + r);
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int v = r < even ? pairs : 0; v < width; v += L) {
                addOne(groups, r, x.scales, scale + r, next, v, row + r);
            }
        }
    }

    private void addFour(int groups, int r, float[] steps, int step, int next, int v, int row) {
        MemorySegment all = products.memory().sums();
        int to = row * WIDTH + v;
        FloatVector a0 = FloatVector.fromArray(FLOATS, sums, to);
        FloatVector b0 = FloatVector.fromArray(FLOATS, sums, to + L);
        FloatVector a1 = FloatVector.fromArray(FLOATS, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(FLOATS, sums, to + WIDTH + L);
        for (int g = 0; g < groups; g++) {
            int i = v + g * WIDTH;
            FloatVector a = FloatVector.fromArray(FLOATS, scales, i);
            FloatVector b = FloatVector.fromArray(FLOATS, scales, i + L);
            IntVector aExcess = IntVector.fromArray(INTS, excess, i);
            IntVector bExcess = IntVector.fromArray(INTS, excess, i + L);
            int x = step + g * next;
            long p = 4L * (r * ROW_SUMS + i);
            a0 = product(all, p, aExcess).fma(a.mul(steps[x]), a0);
            b0 = product(all, p + 4L * L, bExcess).fma(b.mul(steps[x]), b0);
            a1 = product(all, p + 4L * ROW_SUMS, aExcess).fma(a.mul(steps[x + 1]), a1);
            b1 = product(all, p + 4L * (ROW_SUMS + L), bExcess).fma(b.mul(steps[x + 1]), b1);
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + L);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + L);
    }

    private void addOne(int groups, int r, float[] steps, int step, int next, int v, int row) {
        int to = row * WIDTH + v;
        FloatVector sum = FloatVector.fromArray(FLOATS, sums, to);
        for (int g = 0; g < groups; g++) {
            int i = v + g * WIDTH;
            IntVector over = IntVector.fromArray(INTS, excess, i);
            sum = product(products.memory().sums(), 4L * (r * ROW_SUMS + i), over)
                    .fma(FloatVector.fromArray(FLOATS, scales, i).mul(steps[step + g * next]), sum);
        }
        sum.intoArray(sums, to);
    }

    /** Products without the excess of unsigned activations. */
    static FloatVector product(MemorySegment products, long at, IntVector excess) {
        return (FloatVector) IntVector.fromMemorySegment(INTS, products, at, LITTLE_ENDIAN)
                .sub(excess)
                .convertShape(I2F, FLOATS, 0);
    }
}
