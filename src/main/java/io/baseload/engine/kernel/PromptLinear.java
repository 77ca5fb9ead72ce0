package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.platform.IntegerProducts.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.I2F;

import io.baseload.engine.platform.IntegerProducts;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * A linear layer for prompt rows in integers, one worker's part: strips of 64 outputs, one group of columns after the other. The strip's weights are converted to bytes once for up to 512
 * rows, the library multiplies, and a vector loop adds the products times their scales to the sums. Weights, products and sums stay in L2.
 */
final class PromptLinear {
    /** Whether these kernels can run here. */
    static final boolean USABLE = PromptFormat.MACHINE.isPresent() && L >= 8;

    private static final int MAX_ROWS = IntegerProducts.MAX_ROWS;
    private static final VectorShuffle<Integer> PLACES = VectorShuffle.fromOp(INTS, PromptFormat::place);

    private final PromptFormat format = PromptFormat.MACHINE.orElseThrow();
    private final boolean packed = IntegerProducts.kind().orElseThrow().packed();
    private final IntegerProducts products = new IntegerProducts();
    private final PromptWeights weights = new PromptWeights(format);
    /** The weights of a group in the packed form. */
    private final MemorySegment strip;

    /** {@code [row][64]}. */
    private final float[] sums = new float[MAX_ROWS * WIDTH];

    private final byte[] codes = new byte[IntegerProducts.DEPTH];

    PromptLinear() {
        strip = packed
                ? products.memory().weights()
                : Arena.ofAuto().allocate(products.memory().weights().byteSize(), 64);
    }

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

    void multiply(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        products.memory().begin();
        for (int panel = firstPanel; panel < endPanel; panel += WIDTH / LANES) {
            int panels = Math.min(WIDTH / LANES, endPanel - panel);
            for (int row = from; row < to; row += MAX_ROWS) {
                strip(w, x, y, row, Math.min(to, row + MAX_ROWS), panel, panels, scratch);
            }
        }
    }

    private void strip(PackedMatrix w, PromptRows x, Rows y, int from, int to, int panel, int panels, Scratch scratch) {
        Arrays.fill(sums, 0, (to - from) * WIDTH, 0f);
        int width = panels * LANES;
        for (int g = 0; g < format.groups(w.cols()); g++) {
            int depth = format.depth(w.cols(), g);
            weights.read(w, panel, panels, g, scratch, strip);
            if (!packed) {
                unpack(strip, width, depth, products.memory().weights());
            }
            for (int row = from, rows; row < to; row += rows) {
                rows = products.multiply(x.codes, x.at(g, row), to - row, width, depth);
                add(rows, width, x.scales, x.scaleAt(g, row), row - from);
            }
        }
        int outputs = Math.min(width, w.rows() - panel * LANES);
        for (int row = from; row < to; row++) {
            System.arraycopy(sums, (row - from) * WIDTH, y.data(), y.at(row) + panel * LANES, outputs);
        }
    }

    /** Converts from groups of four columns of all rows to whole rows. */
    private static void unpack(MemorySegment from, int width, int depth, MemorySegment to) {
        for (int row = 0; row < width; row++) {
            for (int four = 0; four < depth / 4; four++) {
                to.set(JAVA_INT, (long) row * depth + 4L * four, from.get(JAVA_INT, 4L * (four * WIDTH + row)));
            }
        }
    }

    /** sums += products · scales, four vectors of a row side by side if there are that many. */
    private void add(int rows, int width, float[] scales, int at, int row) {
        int v = 0;
        for (; v + 4 * L <= width; v += 4 * L) {
            addFour(rows, width, scales, at, row, v);
        }
        for (; v < width; v += L) {
            addOne(rows, width, scales, at, row, v);
        }
    }

    private void addFour(int rows, int width, float[] scales, int at, int row, int v) {
        MemorySegment all = products.memory().sums();
        FloatVector s0 = FloatVector.fromArray(FLOATS, weights.scales, v);
        FloatVector s1 = FloatVector.fromArray(FLOATS, weights.scales, v + L);
        FloatVector s2 = FloatVector.fromArray(FLOATS, weights.scales, v + 2 * L);
        FloatVector s3 = FloatVector.fromArray(FLOATS, weights.scales, v + 3 * L);
        IntVector e0 = IntVector.fromArray(INTS, weights.excess, v);
        IntVector e1 = IntVector.fromArray(INTS, weights.excess, v + L);
        IntVector e2 = IntVector.fromArray(INTS, weights.excess, v + 2 * L);
        IntVector e3 = IntVector.fromArray(INTS, weights.excess, v + 3 * L);
        for (int r = 0; r < rows; r++) {
            int i = (row + r) * WIDTH + v;
            long p = 4L * (r * width + v);
            FloatVector x = FloatVector.broadcast(FLOATS, scales[at + r]);
            product(all, p, e0)
                    .fma(s0.mul(x), FloatVector.fromArray(FLOATS, sums, i))
                    .intoArray(sums, i);
            product(all, p + 4L * L, e1)
                    .fma(s1.mul(x), FloatVector.fromArray(FLOATS, sums, i + L))
                    .intoArray(sums, i + L);
            product(all, p + 8L * L, e2)
                    .fma(s2.mul(x), FloatVector.fromArray(FLOATS, sums, i + 2 * L))
                    .intoArray(sums, i + 2 * L);
            product(all, p + 12L * L, e3)
                    .fma(s3.mul(x), FloatVector.fromArray(FLOATS, sums, i + 3 * L))
                    .intoArray(sums, i + 3 * L);
        }
    }

    private void addOne(int rows, int width, float[] scales, int at, int row, int v) {
        FloatVector scale = FloatVector.fromArray(FLOATS, weights.scales, v);
        IntVector excess = IntVector.fromArray(INTS, weights.excess, v);
        for (int r = 0; r < rows; r++) {
            int i = (row + r) * WIDTH + v;
            product(products.memory().sums(), 4L * (r * width + v), excess)
                    .fma(scale.mul(scales[at + r]), FloatVector.fromArray(FLOATS, sums, i))
                    .intoArray(sums, i);
        }
    }

    /** Products without what unsigned activations have added to them. */
    static FloatVector product(MemorySegment products, long at, IntVector excess) {
        return (FloatVector) IntVector.fromMemorySegment(INTS, products, at, LITTLE_ENDIAN)
                .sub(excess)
                .convertShape(I2F, FLOATS, 0);
    }
}
