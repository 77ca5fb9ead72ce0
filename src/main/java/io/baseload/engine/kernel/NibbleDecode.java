package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One row times 4-bit integers, which are decoded in registers: w = d·q + m, so Σ w·x = d·Σ q·x + m·Σ x in each block.
 *
 * <p>A nibble is not shifted down but masked where it stands and so comes out 16^j times too large; x is made smaller by that instead, which is exact and happens
 * once for all vectors. The loops over nibbles must stay loops: written out, the method outgrows what the compiler inlines and its vectors get boxed.
 */
final class NibbleDecode {
    private NibbleDecode() {}

    /** The first {@code vectors} vectors from a panel on (8, 4, 2 or 1) to {@code y[0 …]}. */
    static void multiply(int vectors, PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        switch (vectors) {
            case 8 -> eight(m, unit, x, xAt, sumsAt, scratch);
            case 4 -> four(m, unit, x, xAt, sumsAt, scratch);
            case 2 -> two(m, unit, x, xAt, sumsAt, scratch);
            default -> one(m, unit, x, xAt, sumsAt, scratch);
        }
    }

    /** Eight vectors of rows times x. */
    private static void eight(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Integer.BYTES),
                o2 = Lanes.offset(2, stride, Integer.BYTES),
                o3 = Lanes.offset(3, stride, Integer.BYTES),
                o4 = Lanes.offset(4, stride, Integer.BYTES),
                o5 = Lanes.offset(5, stride, Integer.BYTES),
                o6 = Lanes.offset(6, stride, Integer.BYTES),
                o7 = Lanes.offset(7, stride, Integer.BYTES);
        int size = m.packing().block();
        int eights = size / 8;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero, t2 = zero, t3 = zero, t4 = zero, t5 = zero, t6 = zero, t7 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 8, b, scales);
            FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = block + eight * 64L;
                int k = xAt + b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                IntVector w4 = IntVector.fromMemorySegment(INTS, w, p + o4, LITTLE_ENDIAN);
                IntVector w5 = IntVector.fromMemorySegment(INTS, w, p + o5, LITTLE_ENDIAN);
                IntVector w6 = IntVector.fromMemorySegment(INTS, w, p + o6, LITTLE_ENDIAN);
                IntVector w7 = IntVector.fromMemorySegment(INTS, w, p + o7, LITTLE_ENDIAN);
                int mask = 15;
                float factor = 1;
                for (int j = 0; j < 7; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j] * factor);
                    IntVector nibble = IntVector.broadcast(INTS, mask);
                    a0 = ((FloatVector) w0.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a0);
                    a1 = ((FloatVector) w1.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a1);
                    a2 = ((FloatVector) w2.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a2);
                    a3 = ((FloatVector) w3.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a3);
                    a4 = ((FloatVector) w4.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a4);
                    a5 = ((FloatVector) w5.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a5);
                    a6 = ((FloatVector) w6.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a6);
                    a7 = ((FloatVector) w7.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a7);
                    mask <<= 4;
                    factor *= 0x1p-4f;
                }
                FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + 7]);
                a0 = ((FloatVector) w0.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a0);
                a1 = ((FloatVector) w1.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a1);
                a2 = ((FloatVector) w2.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a2);
                a3 = ((FloatVector) w3.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a3);
                a4 = ((FloatVector) w4.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a4);
                a5 = ((FloatVector) w5.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a5);
                a6 = ((FloatVector) w6.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a6);
                a7 = ((FloatVector) w7.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a7);
            }
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[sumsAt + b]);
            t0 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 1 * L),
                    a0.fma(FloatVector.fromArray(FLOATS, scales, 0 * L), t0));
            t1 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 3 * L),
                    a1.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), t1));
            t2 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 5 * L),
                    a2.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), t2));
            t3 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 7 * L),
                    a3.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), t3));
            t4 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 9 * L),
                    a4.fma(FloatVector.fromArray(FLOATS, scales, 8 * L), t4));
            t5 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 11 * L),
                    a5.fma(FloatVector.fromArray(FLOATS, scales, 10 * L), t5));
            t6 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 13 * L),
                    a6.fma(FloatVector.fromArray(FLOATS, scales, 12 * L), t6));
            t7 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 15 * L),
                    a7.fma(FloatVector.fromArray(FLOATS, scales, 14 * L), t7));
        }
        t0.intoArray(y, 0 * L);
        t1.intoArray(y, 1 * L);
        t2.intoArray(y, 2 * L);
        t3.intoArray(y, 3 * L);
        t4.intoArray(y, 4 * L);
        t5.intoArray(y, 5 * L);
        t6.intoArray(y, 6 * L);
        t7.intoArray(y, 7 * L);
    }

    /** Four vectors of rows times x. */
    private static void four(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Integer.BYTES),
                o2 = Lanes.offset(2, stride, Integer.BYTES),
                o3 = Lanes.offset(3, stride, Integer.BYTES);
        int size = m.packing().block();
        int eights = size / 8;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero, t2 = zero, t3 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 4, b, scales);
            FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = block + eight * 64L;
                int k = xAt + b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                IntVector w2 = IntVector.fromMemorySegment(INTS, w, p + o2, LITTLE_ENDIAN);
                IntVector w3 = IntVector.fromMemorySegment(INTS, w, p + o3, LITTLE_ENDIAN);
                int mask = 15;
                float factor = 1;
                for (int j = 0; j < 7; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j] * factor);
                    IntVector nibble = IntVector.broadcast(INTS, mask);
                    a0 = ((FloatVector) w0.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a0);
                    a1 = ((FloatVector) w1.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a1);
                    a2 = ((FloatVector) w2.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a2);
                    a3 = ((FloatVector) w3.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a3);
                    mask <<= 4;
                    factor *= 0x1p-4f;
                }
                FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + 7]);
                a0 = ((FloatVector) w0.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a0);
                a1 = ((FloatVector) w1.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a1);
                a2 = ((FloatVector) w2.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a2);
                a3 = ((FloatVector) w3.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a3);
            }
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[sumsAt + b]);
            t0 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 1 * L),
                    a0.fma(FloatVector.fromArray(FLOATS, scales, 0 * L), t0));
            t1 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 3 * L),
                    a1.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), t1));
            t2 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 5 * L),
                    a2.fma(FloatVector.fromArray(FLOATS, scales, 4 * L), t2));
            t3 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 7 * L),
                    a3.fma(FloatVector.fromArray(FLOATS, scales, 6 * L), t3));
        }
        t0.intoArray(y, 0 * L);
        t1.intoArray(y, 1 * L);
        t2.intoArray(y, 2 * L);
        t3.intoArray(y, 3 * L);
    }

    /** Two vectors of rows times x. */
    private static void two(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long stride = m.panelBytes();
        long o0 = 0, o1 = Lanes.offset(1, stride, Integer.BYTES);
        int size = m.packing().block();
        int eights = size / 8;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 2, b, scales);
            FloatVector a0 = zero, a1 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = block + eight * 64L;
                int k = xAt + b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                IntVector w1 = IntVector.fromMemorySegment(INTS, w, p + o1, LITTLE_ENDIAN);
                int mask = 15;
                float factor = 1;
                for (int j = 0; j < 7; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j] * factor);
                    IntVector nibble = IntVector.broadcast(INTS, mask);
                    a0 = ((FloatVector) w0.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a0);
                    a1 = ((FloatVector) w1.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a1);
                    mask <<= 4;
                    factor *= 0x1p-4f;
                }
                FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + 7]);
                a0 = ((FloatVector) w0.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a0);
                a1 = ((FloatVector) w1.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a1);
            }
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[sumsAt + b]);
            t0 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 1 * L),
                    a0.fma(FloatVector.fromArray(FLOATS, scales, 0 * L), t0));
            t1 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 3 * L),
                    a1.fma(FloatVector.fromArray(FLOATS, scales, 2 * L), t1));
        }
        t0.intoArray(y, 0 * L);
        t1.intoArray(y, 1 * L);
    }

    /** One vectors of rows times x. */
    private static void one(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
        long o0 = 0;
        int size = m.packing().block();
        int eights = size / 8;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 1, b, scales);
            FloatVector a0 = zero;
            for (int eight = 0; eight < eights; eight++) {
                long p = block + eight * 64L;
                int k = xAt + b * size + eight * 8;
                IntVector w0 = IntVector.fromMemorySegment(INTS, w, p + o0, LITTLE_ENDIAN);
                int mask = 15;
                float factor = 1;
                for (int j = 0; j < 7; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j] * factor);
                    IntVector nibble = IntVector.broadcast(INTS, mask);
                    a0 = ((FloatVector) w0.and(nibble).convertShape(I2F, FLOATS, 0)).fma(xj, a0);
                    mask <<= 4;
                    factor *= 0x1p-4f;
                }
                FloatVector x7 = FloatVector.broadcast(FLOATS, x[k + 7]);
                a0 = ((FloatVector) w0.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)).fma(x7, a0);
            }
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[sumsAt + b]);
            t0 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 1 * L),
                    a0.fma(FloatVector.fromArray(FLOATS, scales, 0 * L), t0));
        }
        t0.intoArray(y, 0 * L);
    }
}
