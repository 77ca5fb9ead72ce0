package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * 4-bit integers times 8-bit activations in groups of 16 columns, in 16-bit lanes; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
 */
public final class NibbleInt8By16 {
    private NibbleInt8By16() {}

    /**
     * Adds the products of some blocks, without minimums: rows of x, from {@code row} on, times some vectors of weight rows, from {@code unit} on, to
     * {@code y[((row + r) · streams + stream) · L + lane]}.
     *
     * @param streams 4, 2 or 1; 2 for two rows
     * @param block the first block
     * @param rows 1 or 2
     * @param scales those of these blocks, as {@link ScaleVectors#scales} gives them
     */
    public static void multiply(
            PackedMatrix m, int unit, int streams, int block, int blocks, Int8Rows x, int row, int rows, float[] scales, float[] y) {
        switch (10 * rows + streams) {
            case 14 -> rows1Streams4(m, unit, block, blocks, x, row, scales, y);
            case 12 -> rows1Streams2(m, unit, block, blocks, x, row, scales, y);
            case 11 -> rows1Streams1(m, unit, block, blocks, x, row, scales, y);
            case 22 -> rows2Streams2(m, unit, block, blocks, x, row, scales, y);
            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
        }
    }

    private static void rows1Streams4(
            PackedMatrix m, int unit, int block, int blocks, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Integer.BYTES);
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        long o2 = Lanes.offset(2, stride, Integer.BYTES);
        long o3 = Lanes.offset(3, stride, Integer.BYTES);
        int groups = m.packing().block() / 16;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        ShortVector none = ShortVector.zero(WORDS);
        int to = row * 4 * L;
        FloatVector t0_0 = FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 0) * L);
        FloatVector t0_1 = FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 1) * L);
        FloatVector t0_2 = FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 2) * L);
        FloatVector t0_3 = FloatVector.fromArray(FLOATS, y, to + (0 * 4 + 3) * L);
        for (int b = block, group = block * groups, scale = 0; b < block + blocks; b++, scale += 4 * L) {
            long p = panel + (long) b * m.blockBytes();
            for (int end = group + groups; group < end; group++) {
                ShortVector a0_0 = none;
                ShortVector a0_1 = none;
                ShortVector a0_2 = none;
                ShortVector a0_3 = none;
                for (int eight = 0; eight < 16 / 8; eight++, p += 64) {
                    int k = group * (16 / 2) + eight * 4;
                    ShortVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN).reinterpretAsShorts();
                    ShortVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN).reinterpretAsShorts();
                    ShortVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN).reinterpretAsShorts();
                    ShortVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN).reinterpretAsShorts();
                    for (int j = 0; j < 4; j++) {
                        ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                        a0_0 = w0.mul(d0).add(a0_0);
                        a0_1 = w1.mul(d0).add(a0_1);
                        a0_2 = w2.mul(d0).add(a0_2);
                        a0_3 = w3.mul(d0).add(a0_3);
                        w0 = w0.lanewise(LSHR, 4);
                        w1 = w1.lanewise(LSHR, 4);
                        w2 = w2.lanewise(LSHR, 4);
                        w3 = w3.lanewise(LSHR, 4);
                    }
                }
                FloatVector f0 = FloatVector.broadcast(FLOATS, x.steps()[s0 + group]);
                IntVector c0 = IntVector.broadcast(INTS, x.corrections()[s0 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                IntVector i0_1 = a0_1.reinterpretAsInts();
                IntVector i0_2 = a0_2.reinterpretAsInts();
                IntVector i0_3 = a0_3.reinterpretAsInts();
                t0_0 = ((FloatVector) i0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_0.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 0 * L), t0_0);
                t0_1 = ((FloatVector) i0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_1.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 1 * L), t0_1);
                t0_2 = ((FloatVector) i0_2.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_2.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 2 * L), t0_2);
                t0_3 = ((FloatVector) i0_3.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_3.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 3 * L), t0_3);
            }
        }
        t0_0.intoArray(y, to + (0 * 4 + 0) * L);
        t0_1.intoArray(y, to + (0 * 4 + 1) * L);
        t0_2.intoArray(y, to + (0 * 4 + 2) * L);
        t0_3.intoArray(y, to + (0 * 4 + 3) * L);
    }

    private static void rows1Streams2(
            PackedMatrix m, int unit, int block, int blocks, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Integer.BYTES);
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        int groups = m.packing().block() / 16;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        ShortVector none = ShortVector.zero(WORDS);
        int to = row * 2 * L;
        FloatVector t0_0 = FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 0) * L);
        FloatVector t0_1 = FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 1) * L);
        for (int b = block, group = block * groups, scale = 0; b < block + blocks; b++, scale += 2 * L) {
            long p = panel + (long) b * m.blockBytes();
            for (int end = group + groups; group < end; group++) {
                ShortVector a0_0 = none;
                ShortVector a0_1 = none;
                for (int eight = 0; eight < 16 / 8; eight++, p += 64) {
                    int k = group * (16 / 2) + eight * 4;
                    ShortVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN).reinterpretAsShorts();
                    ShortVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN).reinterpretAsShorts();
                    for (int j = 0; j < 4; j++) {
                        ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                        a0_0 = w0.mul(d0).add(a0_0);
                        a0_1 = w1.mul(d0).add(a0_1);
                        w0 = w0.lanewise(LSHR, 4);
                        w1 = w1.lanewise(LSHR, 4);
                    }
                }
                FloatVector f0 = FloatVector.broadcast(FLOATS, x.steps()[s0 + group]);
                IntVector c0 = IntVector.broadcast(INTS, x.corrections()[s0 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                IntVector i0_1 = a0_1.reinterpretAsInts();
                t0_0 = ((FloatVector) i0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_0.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 0 * L), t0_0);
                t0_1 = ((FloatVector) i0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_1.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 1 * L), t0_1);
            }
        }
        t0_0.intoArray(y, to + (0 * 2 + 0) * L);
        t0_1.intoArray(y, to + (0 * 2 + 1) * L);
    }

    private static void rows1Streams1(
            PackedMatrix m, int unit, int block, int blocks, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Integer.BYTES);
        int groups = m.packing().block() / 16;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        ShortVector none = ShortVector.zero(WORDS);
        int to = row * 1 * L;
        FloatVector t0_0 = FloatVector.fromArray(FLOATS, y, to + (0 * 1 + 0) * L);
        for (int b = block, group = block * groups, scale = 0; b < block + blocks; b++, scale += 1 * L) {
            long p = panel + (long) b * m.blockBytes();
            for (int end = group + groups; group < end; group++) {
                ShortVector a0_0 = none;
                for (int eight = 0; eight < 16 / 8; eight++, p += 64) {
                    int k = group * (16 / 2) + eight * 4;
                    ShortVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN).reinterpretAsShorts();
                    for (int j = 0; j < 4; j++) {
                        ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                        a0_0 = w0.mul(d0).add(a0_0);
                        w0 = w0.lanewise(LSHR, 4);
                    }
                }
                FloatVector f0 = FloatVector.broadcast(FLOATS, x.steps()[s0 + group]);
                IntVector c0 = IntVector.broadcast(INTS, x.corrections()[s0 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                t0_0 = ((FloatVector) i0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_0.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 0 * L), t0_0);
            }
        }
        t0_0.intoArray(y, to + (0 * 1 + 0) * L);
    }

    private static void rows2Streams2(
            PackedMatrix m, int unit, int block, int blocks, Int8Rows x, int row, float[] scales, float[] y) {
        MemorySegment w = m.data();
        int[] digits = x.digits();
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = Lanes.offset(0, stride, Integer.BYTES);
        long o1 = Lanes.offset(1, stride, Integer.BYTES);
        int groups = m.packing().block() / 16;
        int x0 = x.digitsAt(row + 0), s0 = x.groupsAt(row + 0);
        int x1 = x.digitsAt(row + 1), s1 = x.groupsAt(row + 1);
        ShortVector none = ShortVector.zero(WORDS);
        int to = row * 2 * L;
        FloatVector t0_0 = FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 0) * L);
        FloatVector t0_1 = FloatVector.fromArray(FLOATS, y, to + (0 * 2 + 1) * L);
        FloatVector t1_0 = FloatVector.fromArray(FLOATS, y, to + (1 * 2 + 0) * L);
        FloatVector t1_1 = FloatVector.fromArray(FLOATS, y, to + (1 * 2 + 1) * L);
        for (int b = block, group = block * groups, scale = 0; b < block + blocks; b++, scale += 2 * L) {
            long p = panel + (long) b * m.blockBytes();
            for (int end = group + groups; group < end; group++) {
                ShortVector a0_0 = none;
                ShortVector a0_1 = none;
                ShortVector a1_0 = none;
                ShortVector a1_1 = none;
                for (int eight = 0; eight < 16 / 8; eight++, p += 64) {
                    int k = group * (16 / 2) + eight * 4;
                    ShortVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN).reinterpretAsShorts();
                    ShortVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN).reinterpretAsShorts();
                    for (int j = 0; j < 4; j++) {
                        ShortVector d0 = IntVector.broadcast(INTS, digits[x0 + k + j]).reinterpretAsShorts();
                        ShortVector d1 = IntVector.broadcast(INTS, digits[x1 + k + j]).reinterpretAsShorts();
                        a0_0 = w0.mul(d0).add(a0_0);
                        a0_1 = w1.mul(d0).add(a0_1);
                        a1_0 = w0.mul(d1).add(a1_0);
                        a1_1 = w1.mul(d1).add(a1_1);
                        w0 = w0.lanewise(LSHR, 4);
                        w1 = w1.lanewise(LSHR, 4);
                    }
                }
                FloatVector f0 = FloatVector.broadcast(FLOATS, x.steps()[s0 + group]);
                IntVector c0 = IntVector.broadcast(INTS, x.corrections()[s0 + group]);
                FloatVector f1 = FloatVector.broadcast(FLOATS, x.steps()[s1 + group]);
                IntVector c1 = IntVector.broadcast(INTS, x.corrections()[s1 + group]);
                IntVector i0_0 = a0_0.reinterpretAsInts();
                IntVector i0_1 = a0_1.reinterpretAsInts();
                IntVector i1_0 = a1_0.reinterpretAsInts();
                IntVector i1_1 = a1_1.reinterpretAsInts();
                t0_0 = ((FloatVector) i0_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_0.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 0 * L), t0_0);
                t0_1 = ((FloatVector) i0_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i0_1.lanewise(ASHR, 16)).add(c0).convertShape(I2F, FLOATS, 0)).mul(f0).fma(FloatVector.fromArray(FLOATS, scales, scale + 1 * L), t0_1);
                t1_0 = ((FloatVector) i1_0.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i1_0.lanewise(ASHR, 16)).add(c1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(FloatVector.fromArray(FLOATS, scales, scale + 0 * L), t1_0);
                t1_1 = ((FloatVector) i1_1.lanewise(LSHL, 16).lanewise(ASHR, 16).add(i1_1.lanewise(ASHR, 16)).add(c1).convertShape(I2F, FLOATS, 0)).mul(f1).fma(FloatVector.fromArray(FLOATS, scales, scale + 1 * L), t1_1);
            }
        }
        t0_0.intoArray(y, to + (0 * 2 + 0) * L);
        t0_1.intoArray(y, to + (0 * 2 + 1) * L);
        t1_0.intoArray(y, to + (1 * 2 + 0) * L);
        t1_1.intoArray(y, to + (1 * 2 + 1) * L);
    }
}
