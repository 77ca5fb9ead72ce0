package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2F;

import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.lanes.ScaleVectors;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/** One row times 8-bit weights: w = d·q + m, so Σ w·x = d·Σ q·x + m·Σ x in each block. */
final class ByteDecode {
    /** Columns of a loop, which divide those of a block; known when this is compiled, because a loop of unknown length is unrolled worse. */
    static final int COLUMNS = 16;

    private ByteDecode() {}

    /** The first {@code vectors} vectors from a panel on (8, 4, 2 or 1) to {@code scratch.sums[0 …]}. */
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
        int size = m.packing().block();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Byte.BYTES),
                o2 = Lanes.offset(2, stride, Byte.BYTES),
                o3 = Lanes.offset(3, stride, Byte.BYTES),
                o4 = Lanes.offset(4, stride, Byte.BYTES),
                o5 = Lanes.offset(5, stride, Byte.BYTES),
                o6 = Lanes.offset(6, stride, Byte.BYTES),
                o7 = Lanes.offset(7, stride, Byte.BYTES);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero, t2 = zero, t3 = zero, t4 = zero, t5 = zero, t6 = zero, t7 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 8, b, scales);
            FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, a5 = zero, a6 = zero, a7 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = block + (sixteen + j) * (long) LANES;
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[xAt + b * size + sixteen + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a3);
                    a4 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o4, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a4);
                    a5 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o5, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a5);
                    a6 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o6, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a6);
                    a7 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o7, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a7);
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

    /** Four vectors of rows times x. */
    private static void four(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        int size = m.packing().block();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Byte.BYTES),
                o2 = Lanes.offset(2, stride, Byte.BYTES),
                o3 = Lanes.offset(3, stride, Byte.BYTES);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero, t2 = zero, t3 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 4, b, scales);
            FloatVector a0 = zero, a1 = zero, a2 = zero, a3 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = block + (sixteen + j) * (long) LANES;
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[xAt + b * size + sixteen + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a1);
                    a2 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a2);
                    a3 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a3);
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

    /** Two vectors of rows times x. */
    private static void two(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        int size = m.packing().block();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Byte.BYTES;
        long stride = m.panelBytes();
        long o0 = 0, o1 = Lanes.offset(1, stride, Byte.BYTES);
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero, t1 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 2, b, scales);
            FloatVector a0 = zero, a1 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = block + (sixteen + j) * (long) LANES;
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[xAt + b * size + sixteen + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a0);
                    a1 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a1);
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

    /** One vectors of rows times x. */
    private static void one(PackedMatrix m, int unit, float[] x, int xAt, int sumsAt, Scratch scratch) {
        MemorySegment w = m.data();
        int size = m.packing().block();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Byte.BYTES;
        long o0 = 0;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0 = zero;
        for (int b = 0; b < m.blocks(); b++) {
            long block = panel + (long) b * m.blockBytes();
            ScaleVectors.read(m, unit, 1, b, scales);
            FloatVector a0 = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = block + (sixteen + j) * (long) LANES;
                    FloatVector xj = FloatVector.broadcast(FLOATS, x[xAt + b * size + sixteen + j]);
                    a0 = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                                    .convertShape(B2F, FLOATS, 0))
                            .fma(xj, a0);
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
