package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.ByteDecode.COLUMNS;
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

/** A few rows times 8-bit weights: {@link ByteDecode}, where each decoded vector of weights serves all rows. */
final class ByteRows {
    private ByteRows() {}

    /**
     * Four vectors from {@code unit} on times up to four rows of x, or up to two where registers are few; the last row stands in for missing ones. Row i of the result
     * begins at {@code scratch.sums[i · 4 · L]}.
     *
     * @param sumsAt where the first row's block sums begin
     */
    static void multiply(
            PackedMatrix m, int unit, float[] x, int xAt, int xStride, int sumsAt, int rows, Scratch scratch) {
        if (rows > 2) {
            four(m, unit, x, xAt, xStride, sumsAt, rows, scratch);
        } else {
            two(m, unit, x, xAt, xStride, sumsAt, rows, scratch);
        }
    }

    /** Four rows of x. */
    private static void four(
            PackedMatrix m, int unit, float[] x, int xAt, int xStride, int sumsAt, int rows, Scratch scratch) {
        MemorySegment w = m.data();
        int size = m.packing().block();
        long panel = unit / PARTS * m.panelBytes();
        long stride = m.panelBytes();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Byte.BYTES),
                o2 = Lanes.offset(2, stride, Byte.BYTES),
                o3 = Lanes.offset(3, stride, Byte.BYTES);
        int x0 = xAt,
                x1 = xAt + Math.min(1, rows - 1) * xStride,
                x2 = xAt + Math.min(2, rows - 1) * xStride,
                x3 = xAt + Math.min(3, rows - 1) * xStride;
        int s0 = sumsAt,
                s1 = sumsAt + Math.min(1, rows - 1) * m.blocks(),
                s2 = sumsAt + Math.min(2, rows - 1) * m.blocks(),
                s3 = sumsAt + Math.min(3, rows - 1) * m.blocks();
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0a = zero, t0b = zero, t0c = zero, t0d = zero;
        FloatVector t1a = zero, t1b = zero, t1c = zero, t1d = zero;
        FloatVector t2a = zero, t2b = zero, t2c = zero, t2d = zero;
        FloatVector t3a = zero, t3b = zero, t3c = zero, t3d = zero;
        for (int block = 0; block < m.blocks(); block++) {
            long at = panel + (long) block * m.blockBytes();
            ScaleVectors.read(m, unit, 4, block, scales);
            FloatVector a0a = zero, a0b = zero, a0c = zero, a0d = zero;
            FloatVector a1a = zero, a1b = zero, a1c = zero, a1d = zero;
            FloatVector a2a = zero, a2b = zero, a2c = zero, a2d = zero;
            FloatVector a3a = zero, a3b = zero, a3c = zero, a3d = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = at + (sixteen + j) * (long) LANES;
                    int k = block * size + sixteen + j;
                    FloatVector a = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector b = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector c = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector d = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
                    a0a = a.fma(r0, a0a);
                    a0b = b.fma(r0, a0b);
                    a0c = c.fma(r0, a0c);
                    a0d = d.fma(r0, a0d);
                    FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
                    a1a = a.fma(r1, a1a);
                    a1b = b.fma(r1, a1b);
                    a1c = c.fma(r1, a1c);
                    a1d = d.fma(r1, a1d);
                    FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
                    a2a = a.fma(r2, a2a);
                    a2b = b.fma(r2, a2b);
                    a2c = c.fma(r2, a2c);
                    a2d = d.fma(r2, a2d);
                    FloatVector r3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
                    a3a = a.fma(r3, a3a);
                    a3b = b.fma(r3, a3b);
                    a3c = c.fma(r3, a3c);
                    a3d = d.fma(r3, a3d);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, 0 * L),
                    m0 = FloatVector.fromArray(FLOATS, scales, 1 * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, 2 * L),
                    m1 = FloatVector.fromArray(FLOATS, scales, 3 * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, 4 * L),
                    m2 = FloatVector.fromArray(FLOATS, scales, 5 * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, 6 * L),
                    m3 = FloatVector.fromArray(FLOATS, scales, 7 * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, scratch.blockSums[s0 + block]);
            t0a = sum0.fma(m0, a0a.fma(d0, t0a));
            t0b = sum0.fma(m1, a0b.fma(d1, t0b));
            t0c = sum0.fma(m2, a0c.fma(d2, t0c));
            t0d = sum0.fma(m3, a0d.fma(d3, t0d));
            FloatVector sum1 = FloatVector.broadcast(FLOATS, scratch.blockSums[s1 + block]);
            t1a = sum1.fma(m0, a1a.fma(d0, t1a));
            t1b = sum1.fma(m1, a1b.fma(d1, t1b));
            t1c = sum1.fma(m2, a1c.fma(d2, t1c));
            t1d = sum1.fma(m3, a1d.fma(d3, t1d));
            FloatVector sum2 = FloatVector.broadcast(FLOATS, scratch.blockSums[s2 + block]);
            t2a = sum2.fma(m0, a2a.fma(d0, t2a));
            t2b = sum2.fma(m1, a2b.fma(d1, t2b));
            t2c = sum2.fma(m2, a2c.fma(d2, t2c));
            t2d = sum2.fma(m3, a2d.fma(d3, t2d));
            FloatVector sum3 = FloatVector.broadcast(FLOATS, scratch.blockSums[s3 + block]);
            t3a = sum3.fma(m0, a3a.fma(d0, t3a));
            t3b = sum3.fma(m1, a3b.fma(d1, t3b));
            t3c = sum3.fma(m2, a3c.fma(d2, t3c));
            t3d = sum3.fma(m3, a3d.fma(d3, t3d));
        }
        t0a.intoArray(y, 0 * L);
        t0b.intoArray(y, 1 * L);
        t0c.intoArray(y, 2 * L);
        t0d.intoArray(y, 3 * L);
        t1a.intoArray(y, 4 * L);
        t1b.intoArray(y, 5 * L);
        t1c.intoArray(y, 6 * L);
        t1d.intoArray(y, 7 * L);
        t2a.intoArray(y, 8 * L);
        t2b.intoArray(y, 9 * L);
        t2c.intoArray(y, 10 * L);
        t2d.intoArray(y, 11 * L);
        t3a.intoArray(y, 12 * L);
        t3b.intoArray(y, 13 * L);
        t3c.intoArray(y, 14 * L);
        t3d.intoArray(y, 15 * L);
    }

    /** Two rows of x. */
    private static void two(
            PackedMatrix m, int unit, float[] x, int xAt, int xStride, int sumsAt, int rows, Scratch scratch) {
        MemorySegment w = m.data();
        int size = m.packing().block();
        long panel = unit / PARTS * m.panelBytes();
        long stride = m.panelBytes();
        float[] scales = scratch.scales;
        float[] y = scratch.sums;
        long o0 = 0,
                o1 = Lanes.offset(1, stride, Byte.BYTES),
                o2 = Lanes.offset(2, stride, Byte.BYTES),
                o3 = Lanes.offset(3, stride, Byte.BYTES);
        int x0 = xAt, x1 = xAt + Math.min(1, rows - 1) * xStride;
        int s0 = sumsAt, s1 = sumsAt + Math.min(1, rows - 1) * m.blocks();
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector t0a = zero, t0b = zero, t0c = zero, t0d = zero;
        FloatVector t1a = zero, t1b = zero, t1c = zero, t1d = zero;
        for (int block = 0; block < m.blocks(); block++) {
            long at = panel + (long) block * m.blockBytes();
            ScaleVectors.read(m, unit, 4, block, scales);
            FloatVector a0a = zero, a0b = zero, a0c = zero, a0d = zero;
            FloatVector a1a = zero, a1b = zero, a1c = zero, a1d = zero;
            for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                for (int j = 0; j < COLUMNS; j++) {
                    long p = at + (sixteen + j) * (long) LANES;
                    int k = block * size + sixteen + j;
                    FloatVector a = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o0, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector b = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o1, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector c = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o2, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector d = (FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o3, LITTLE_ENDIAN)
                            .convertShape(B2F, FLOATS, 0);
                    FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
                    a0a = a.fma(r0, a0a);
                    a0b = b.fma(r0, a0b);
                    a0c = c.fma(r0, a0c);
                    a0d = d.fma(r0, a0d);
                    FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
                    a1a = a.fma(r1, a1a);
                    a1b = b.fma(r1, a1b);
                    a1c = c.fma(r1, a1c);
                    a1d = d.fma(r1, a1d);
                }
            }
            FloatVector d0 = FloatVector.fromArray(FLOATS, scales, 0 * L),
                    m0 = FloatVector.fromArray(FLOATS, scales, 1 * L);
            FloatVector d1 = FloatVector.fromArray(FLOATS, scales, 2 * L),
                    m1 = FloatVector.fromArray(FLOATS, scales, 3 * L);
            FloatVector d2 = FloatVector.fromArray(FLOATS, scales, 4 * L),
                    m2 = FloatVector.fromArray(FLOATS, scales, 5 * L);
            FloatVector d3 = FloatVector.fromArray(FLOATS, scales, 6 * L),
                    m3 = FloatVector.fromArray(FLOATS, scales, 7 * L);
            FloatVector sum0 = FloatVector.broadcast(FLOATS, scratch.blockSums[s0 + block]);
            t0a = sum0.fma(m0, a0a.fma(d0, t0a));
            t0b = sum0.fma(m1, a0b.fma(d1, t0b));
            t0c = sum0.fma(m2, a0c.fma(d2, t0c));
            t0d = sum0.fma(m3, a0d.fma(d3, t0d));
            FloatVector sum1 = FloatVector.broadcast(FLOATS, scratch.blockSums[s1 + block]);
            t1a = sum1.fma(m0, a1a.fma(d0, t1a));
            t1b = sum1.fma(m1, a1b.fma(d1, t1b));
            t1c = sum1.fma(m2, a1c.fma(d2, t1c));
            t1d = sum1.fma(m3, a1d.fma(d3, t1d));
        }
        t0a.intoArray(y, 0 * L);
        t0b.intoArray(y, 1 * L);
        t0c.intoArray(y, 2 * L);
        t0d.intoArray(y, 3 * L);
        t1a.intoArray(y, 4 * L);
        t1b.intoArray(y, 5 * L);
        t1c.intoArray(y, 6 * L);
        t1d.intoArray(y, 7 * L);
    }
}
