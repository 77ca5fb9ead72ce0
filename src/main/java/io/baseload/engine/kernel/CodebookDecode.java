package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One row times 4-bit weights that are looked up: w = d·table[q] + m, so Σ w·x = d·Σ table[q]·x + m·Σ x in each block. Only for vectors of 512 bits, which hold the whole table:
 * the look-up is one permutation, which uses the lowest four bits of each lane.
 *
 * <p>As in {@link NibbleDecode} the loops over nibbles must stay loops.
 */
final class CodebookDecode {
    private CodebookDecode() {}

    /** The first {@code panels} panels from one on (8, 4, 2 or 1) to {@code scratch.sums[0 …]}. */
    static void multiply(int panels, PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        switch (panels) {
            case 8 -> eight(m, unit, x, xAt, sumsAt, scratch);
            case 4 -> four(m, unit, x, xAt, sumsAt, scratch);
            case 2 -> two(m, unit, x, xAt, sumsAt, scratch);
            default -> one(m, unit, x, xAt, sumsAt, scratch);
        }
    }

    /** Eight panels times x. */
    private static void eight(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit * m.panelBytes();
        long stride = m.panelBytes();
        long o0 = 0,
                o1 = 1 * stride,
                o2 = 2 * stride,
                o3 = 3 * stride,
                o4 = 4 * stride,
                o5 = 5 * stride,
                o6 = 6 * stride,
                o7 = 7 * stride;
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0)
                .reinterpretAsInts();
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
                for (int j = 0; j < 8; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = w0.selectFrom(values).reinterpretAsFloats().fma(xj, a0);
                    a1 = w1.selectFrom(values).reinterpretAsFloats().fma(xj, a1);
                    a2 = w2.selectFrom(values).reinterpretAsFloats().fma(xj, a2);
                    a3 = w3.selectFrom(values).reinterpretAsFloats().fma(xj, a3);
                    a4 = w4.selectFrom(values).reinterpretAsFloats().fma(xj, a4);
                    a5 = w5.selectFrom(values).reinterpretAsFloats().fma(xj, a5);
                    a6 = w6.selectFrom(values).reinterpretAsFloats().fma(xj, a6);
                    a7 = w7.selectFrom(values).reinterpretAsFloats().fma(xj, a7);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
                    w4 = w4.lanewise(LSHR, 4);
                    w5 = w5.lanewise(LSHR, 4);
                    w6 = w6.lanewise(LSHR, 4);
                    w7 = w7.lanewise(LSHR, 4);
                }
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

    /** Four panels times x. */
    private static void four(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit * m.panelBytes();
        long stride = m.panelBytes();
        long o0 = 0, o1 = 1 * stride, o2 = 2 * stride, o3 = 3 * stride;
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0)
                .reinterpretAsInts();
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
                for (int j = 0; j < 8; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = w0.selectFrom(values).reinterpretAsFloats().fma(xj, a0);
                    a1 = w1.selectFrom(values).reinterpretAsFloats().fma(xj, a1);
                    a2 = w2.selectFrom(values).reinterpretAsFloats().fma(xj, a2);
                    a3 = w3.selectFrom(values).reinterpretAsFloats().fma(xj, a3);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                    w2 = w2.lanewise(LSHR, 4);
                    w3 = w3.lanewise(LSHR, 4);
                }
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

    /** Two panels times x. */
    private static void two(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit * m.panelBytes();
        long stride = m.panelBytes();
        long o0 = 0, o1 = 1 * stride;
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0)
                .reinterpretAsInts();
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
                for (int j = 0; j < 8; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = w0.selectFrom(values).reinterpretAsFloats().fma(xj, a0);
                    a1 = w1.selectFrom(values).reinterpretAsFloats().fma(xj, a1);
                    w0 = w0.lanewise(LSHR, 4);
                    w1 = w1.lanewise(LSHR, 4);
                }
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

    /** One panel times x. */
    private static void one(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit * m.panelBytes();
        long o0 = 0;
        int size = m.packing().block();
        int eights = size / 8;
        IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0)
                .reinterpretAsInts();
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
                for (int j = 0; j < 8; j++) {
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[k + j]);
                    a0 = w0.selectFrom(values).reinterpretAsFloats().fma(xj, a0);
                    w0 = w0.lanewise(LSHR, 4);
                }
            }
            FloatVector sum = FloatVector.broadcast(FLOATS, scratch.blockSums[sumsAt + b]);
            t0 = sum.fma(
                    FloatVector.fromArray(FLOATS, scales, 1 * L),
                    a0.fma(FloatVector.fromArray(FLOATS, scales, 0 * L), t0));
        }
        t0.intoArray(y, 0 * L);
    }
}
