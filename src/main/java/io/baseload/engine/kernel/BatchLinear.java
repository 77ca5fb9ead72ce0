package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.VECTOR;
import static io.baseload.engine.platform.GroupProducts.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.BlockScales;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.platform.GroupProducts;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A linear layer for several decode rows in the precision {@code fast}, where the processor multiplies bytes into wide sums: the definition of {@link ScalarInt8}, with the exact integer sums
 * of groups computed by {@link GroupProducts}. The bits are those of {@link Int8DecodeLinear}, so a row's result doesn't depend on the number of rows beside it.
 *
 * <p>Strips of 64 outputs, up to 1,024 columns at a time: codes become bytes, the library multiplies all rows, and a loop scales the products and adds them to the sums. Weights (64 KiB) and
 * products (128 KiB) stay in L2.
 */
final class BatchLinear {
    /** With fewer rows the vector kernels are as fast, because conversion to bytes costs the same for any number. */
    private static final int MIN_ROWS = 9;

    private static final int PANELS = WIDTH / LANES;
    private static final int GROUP = GroupProducts.DEPTH;

    /** Added to activations to make them unsigned. */
    private static final int SHIFT = Int8Rows.BYTE_SHIFT;

    private static final VectorSpecies<Byte> ALL_BYTES = INTS.withLanes(byte.class);

    private static final int LOW_NIBBLES = 0x0F0F0F0F;

    /** Bytes from the sums of a row to those of the next one. */
    private static final long ROW_STEP = 4L * WIDTH * GroupProducts.PAIR;

    private final GroupProducts products = new GroupProducts();

    /** What {@link #SHIFT} adds to the products, {@code [group][64]}. */
    private final int[] excess = new int[GroupProducts.MAX_GROUPS * WIDTH];

    /** Whether these rows are multiplied here. */
    static boolean takes(Packing packing, int rows) {
        Codes codes = packing.codes();
        return rows >= MIN_ROWS
                && (codes == Codes.I4 || codes == Codes.U4)
                && packing.block() % GROUP == 0
                && L >= 8
                && GroupProducts.usable();
    }

    /** Quantizes the rows of x. */
    static void prepare(PackedMatrix w, Rows x, int from, int to, Int8Rows rows) {
        for (int row = from; row < to; row++) {
            rows.quantizeBytes(row - from, to - from, x.data(), x.at(row), w.cols());
        }
    }

    void multiply(PackedMatrix w, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        products.memory().begin();
        for (int panel = firstPanel; panel < endPanel; panel += PANELS) {
            strip(w, y, from, to - from, panel, Math.min(PANELS, endPanel - panel), scratch);
        }
    }

    private void strip(PackedMatrix w, Rows y, int from, int rows, int panel, int panels, Scratch scratch) {
        int width = panels * LANES;
        Arrays.fill(scratch.sums, 0, rows * width, 0f);
        Arrays.fill(scratch.totals, 0, rows * width, 0f);
        BlockScales scales = scratch.blockScales;
        int ofBlock = w.packing().block() / GROUP;
        int most = GroupProducts.MAX_GROUPS / ofBlock;
        // parts of about the same size, because a small one costs almost as much as a large one; whole pairs of groups
        int blocks = Math.ceilDiv(Math.ceilDiv(w.blocks(), Math.ceilDiv(w.blocks(), most)), 2) * 2;
        for (int block = 0; block < w.blocks(); block += blocks) {
            int some = Math.min(blocks, w.blocks() - block);
            int first = block * ofBlock;
            int groups = some * ofBlock;
            Int8DecodeLinear.scales(w, panel, panels, block, some, true, scales);
            weights(w, panel, panels, first, groups);
            products.multiply(scratch.int8().bytes(), GroupProducts.at(first, 0, rows), groups, rows);
            for (int g = 0; g < groups; g++) {
                add(g, first + g, width, rows, scales.at() + g / ofBlock * scales.blockStep(), scratch);
            }
            for (int row = 0; row < rows; row++) {
                Int8DecodeLinear.minimums(w, panels * PARTS, block, some, row, scratch);
            }
        }
        Int8DecodeLinear.store(w, scratch, y, from, rows, panel * PARTS, panels * PARTS);
    }

    private void weights(PackedMatrix w, int panel, int panels, int first, int groups) {
        int zero = w.packing().codes() == Codes.I4 ? 8 : 0;
        int ofBlock = w.packing().block() / GROUP;
        for (int i = 0; i < panels; i++) {
            for (int part = 0; part < PARTS; part++) {
                int lane = i * LANES + part * L;
                for (int g = 0; g < groups; g += ofBlock) {
                    long from = w.codes(panel + i, (first + g) / ofBlock) + part * VECTOR;
                    bytes(w.data(), from, zero, ofBlock, g, lane);
                }
            }
        }
    }

    /** The codes of a block's groups for one vector of rows: of each eight columns the even ones, then the odd ones. */
    private void bytes(MemorySegment w, long from, int zero, int groups, int g, int lane) {
        MemorySegment out = products.memory().weights();
        ByteVector less = ByteVector.broadcast(ALL_BYTES, (byte) zero);
        for (int end = g + groups; g < end; g++) {
            IntVector c0 = IntVector.fromMemorySegment(INTS, w, from, LITTLE_ENDIAN);
            IntVector c1 = IntVector.fromMemorySegment(INTS, w, from + 4L * LANES, LITTLE_ENDIAN);
            IntVector c2 = IntVector.fromMemorySegment(INTS, w, from + 8L * LANES, LITTLE_ENDIAN);
            IntVector c3 = IntVector.fromMemorySegment(INTS, w, from + 12L * LANES, LITTLE_ENDIAN);
            IntVector a0 = c0.and(LOW_NIBBLES);
            IntVector a1 = c1.and(LOW_NIBBLES);
            IntVector a2 = c2.and(LOW_NIBBLES);
            IntVector a3 = c3.and(LOW_NIBBLES);
            IntVector b0 = c0.lanewise(LSHR, 4).and(LOW_NIBBLES);
            IntVector b1 = c1.lanewise(LSHR, 4).and(LOW_NIBBLES);
            IntVector b2 = c2.lanewise(LSHR, 4).and(LOW_NIBBLES);
            IntVector b3 = c3.lanewise(LSHR, 4).and(LOW_NIBBLES);
            long to = (long) g * GroupProducts.GROUP_BYTES + 4L * lane;
            a0.reinterpretAsBytes().sub(less).intoMemorySegment(out, to, LITTLE_ENDIAN);
            b0.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 4L * WIDTH, LITTLE_ENDIAN);
            a1.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 8L * WIDTH, LITTLE_ENDIAN);
            b1.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 12L * WIDTH, LITTLE_ENDIAN);
            a2.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 16L * WIDTH, LITTLE_ENDIAN);
            b2.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 20L * WIDTH, LITTLE_ENDIAN);
            a3.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 24L * WIDTH, LITTLE_ENDIAN);
            b3.reinterpretAsBytes().sub(less).intoMemorySegment(out, to + 28L * WIDTH, LITTLE_ENDIAN);
            // each byte holds the sum of eight nibbles, at most 120
            IntVector sum = a0.add(b0).add(a1.add(b1)).add(a2.add(b2).add(a3.add(b3)));
            IntVector pairs = sum.and(0x00FF00FF).add(sum.lanewise(LSHR, 8).and(0x00FF00FF));
            pairs.and(0xFFFF)
                    .add(pairs.lanewise(LSHR, 16))
                    .sub(zero * GROUP)
                    .mul(SHIFT)
                    .intoArray(excess, g * WIDTH + lane);
            from += 16L * LANES;
        }
    }

    /** sums += products · step · scale, for all rows of a group, four vectors of outputs side by side if there are that many. */
    private void add(int g, int group, int width, int rows, long at, Scratch scratch) {
        int v = 0;
        for (; v + 4 <= width / L; v += 4) {
            addFour(g, group, v, width, rows, at, scratch);
        }
        if (v * L < width) {
            addRest(g, group, v, width, rows, at, scratch);
        }
    }

    private void addFour(int g, int group, int v, int width, int rows, long at, Scratch scratch) {
        MemorySegment all = products.memory().sums();
        MemorySegment d = scratch.blockScales.data();
        long panel = scratch.blockScales.panelStep();
        FloatVector d0 = FloatVector.fromMemorySegment(FLOATS, d, at + Lanes.offset(v, panel, 4), LITTLE_ENDIAN);
        FloatVector d1 = FloatVector.fromMemorySegment(FLOATS, d, at + Lanes.offset(v + 1, panel, 4), LITTLE_ENDIAN);
        FloatVector d2 = FloatVector.fromMemorySegment(FLOATS, d, at + Lanes.offset(v + 2, panel, 4), LITTLE_ENDIAN);
        FloatVector d3 = FloatVector.fromMemorySegment(FLOATS, d, at + Lanes.offset(v + 3, panel, 4), LITTLE_ENDIAN);
        int e = g * WIDTH + v * L;
        IntVector e0 = IntVector.fromArray(INTS, excess, e);
        IntVector e1 = IntVector.fromArray(INTS, excess, e + L);
        IntVector e2 = IntVector.fromArray(INTS, excess, e + 2 * L);
        IntVector e3 = IntVector.fromArray(INTS, excess, e + 3 * L);
        float[] sums = scratch.sums;
        float[] steps = scratch.int8().steps();
        int next = scratch.int8().groupsAt(1);
        long p = 4L * (GroupProducts.sumAt(g, 0, rows) + v * L);
        for (int r = 0; r < rows; r++, p += ROW_STEP) {
            float step = steps[r * next + group];
            int i = r * width + v * L;
            PromptLinear.product(all, p, e0)
                    .mul(step)
                    .fma(d0, FloatVector.fromArray(FLOATS, sums, i))
                    .intoArray(sums, i);
            PromptLinear.product(all, p + VECTOR, e1)
                    .mul(step)
                    .fma(d1, FloatVector.fromArray(FLOATS, sums, i + L))
                    .intoArray(sums, i + L);
            PromptLinear.product(all, p + 2 * VECTOR, e2)
                    .mul(step)
                    .fma(d2, FloatVector.fromArray(FLOATS, sums, i + 2 * L))
                    .intoArray(sums, i + 2 * L);
            PromptLinear.product(all, p + 3 * VECTOR, e3)
                    .mul(step)
                    .fma(d3, FloatVector.fromArray(FLOATS, sums, i + 3 * L))
                    .intoArray(sums, i + 3 * L);
        }
    }

    /** The same for the columns from vector {@code v} on, one by one: at most three vectors at a matrix's end, for which the JVM has been seen never to compile vector code. */
    private void addRest(int g, int group, int v, int width, int rows, long at, Scratch scratch) {
        BlockScales scales = scratch.blockScales;
        float[] sums = scratch.sums;
        Int8Rows x = scratch.int8();
        for (int r = 0; r < rows; r++) {
            float step = x.steps()[x.groupsAt(r) + group];
            long p = GroupProducts.sumAt(g, r, rows);
            for (int i = v * L; i < width; i++) {
                float d = scales.data().get(JAVA_FLOAT_UNALIGNED, at + i / LANES * scales.panelStep() + i % LANES * 4L);
                int product = products.memory().sums().getAtIndex(JAVA_INT_UNALIGNED, p + i) - excess[g * WIDTH + i];
                sums[r * width + i] = Math.fma(product * step, d, sums[r * width + i]);
            }
        }
    }
}
