package io.baseload.engine.kernel.generated;

import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.VECTOR;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The register tile of prefill and attention: y += x·w for a few rows of x and a few vectors of w's columns, over {@code depth} rows of w that lie {@code stride}
 * bytes apart. The sums stay in registers and each runs in order.
 *
 * <p>If there are fewer rows than the tile has, the last one is repeated: it is computed more than once, always with the same result. Written by
 * src/build/GenerateKernels.java.
 */
public final class Tile {
    private Tile() {}

    /** Two vectors of columns and up to 12 rows; up to 6 with few registers. */
    public static void any(
            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
        if (rows > 6) {
            rows12Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        } else if (rows > 3) {
            rows6Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        } else {
            rows3Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
        }
    }

    /** Up to 12 rows; 2 vectors of columns. */
    private static void rows12Vectors2(
            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
        int last = rows - 1;
        int x0 = xAt + Math.min(0, last) * xStride, y0 = yAt + Math.min(0, last) * yStride;
        int x1 = xAt + Math.min(1, last) * xStride, y1 = yAt + Math.min(1, last) * yStride;
        int x2 = xAt + Math.min(2, last) * xStride, y2 = yAt + Math.min(2, last) * yStride;
        int x3 = xAt + Math.min(3, last) * xStride, y3 = yAt + Math.min(3, last) * yStride;
        int x4 = xAt + Math.min(4, last) * xStride, y4 = yAt + Math.min(4, last) * yStride;
        int x5 = xAt + Math.min(5, last) * xStride, y5 = yAt + Math.min(5, last) * yStride;
        int x6 = xAt + Math.min(6, last) * xStride, y6 = yAt + Math.min(6, last) * yStride;
        int x7 = xAt + Math.min(7, last) * xStride, y7 = yAt + Math.min(7, last) * yStride;
        int x8 = xAt + Math.min(8, last) * xStride, y8 = yAt + Math.min(8, last) * yStride;
        int x9 = xAt + Math.min(9, last) * xStride, y9 = yAt + Math.min(9, last) * yStride;
        int x10 = xAt + Math.min(10, last) * xStride, y10 = yAt + Math.min(10, last) * yStride;
        int x11 = xAt + Math.min(11, last) * xStride, y11 = yAt + Math.min(11, last) * yStride;
        FloatVector s0_0 = FloatVector.fromArray(FLOATS, y, y0 + 0 * L);
        FloatVector s0_1 = FloatVector.fromArray(FLOATS, y, y0 + 1 * L);
        FloatVector s1_0 = FloatVector.fromArray(FLOATS, y, y1 + 0 * L);
        FloatVector s1_1 = FloatVector.fromArray(FLOATS, y, y1 + 1 * L);
        FloatVector s2_0 = FloatVector.fromArray(FLOATS, y, y2 + 0 * L);
        FloatVector s2_1 = FloatVector.fromArray(FLOATS, y, y2 + 1 * L);
        FloatVector s3_0 = FloatVector.fromArray(FLOATS, y, y3 + 0 * L);
        FloatVector s3_1 = FloatVector.fromArray(FLOATS, y, y3 + 1 * L);
        FloatVector s4_0 = FloatVector.fromArray(FLOATS, y, y4 + 0 * L);
        FloatVector s4_1 = FloatVector.fromArray(FLOATS, y, y4 + 1 * L);
        FloatVector s5_0 = FloatVector.fromArray(FLOATS, y, y5 + 0 * L);
        FloatVector s5_1 = FloatVector.fromArray(FLOATS, y, y5 + 1 * L);
        FloatVector s6_0 = FloatVector.fromArray(FLOATS, y, y6 + 0 * L);
        FloatVector s6_1 = FloatVector.fromArray(FLOATS, y, y6 + 1 * L);
        FloatVector s7_0 = FloatVector.fromArray(FLOATS, y, y7 + 0 * L);
        FloatVector s7_1 = FloatVector.fromArray(FLOATS, y, y7 + 1 * L);
        FloatVector s8_0 = FloatVector.fromArray(FLOATS, y, y8 + 0 * L);
        FloatVector s8_1 = FloatVector.fromArray(FLOATS, y, y8 + 1 * L);
        FloatVector s9_0 = FloatVector.fromArray(FLOATS, y, y9 + 0 * L);
        FloatVector s9_1 = FloatVector.fromArray(FLOATS, y, y9 + 1 * L);
        FloatVector s10_0 = FloatVector.fromArray(FLOATS, y, y10 + 0 * L);
        FloatVector s10_1 = FloatVector.fromArray(FLOATS, y, y10 + 1 * L);
        FloatVector s11_0 = FloatVector.fromArray(FLOATS, y, y11 + 0 * L);
        FloatVector s11_1 = FloatVector.fromArray(FLOATS, y, y11 + 1 * L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p + 0 * VECTOR, LITTLE_ENDIAN);
            FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + 1 * VECTOR, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0_0 = w0.fma(r0, s0_0);
            s0_1 = w1.fma(r0, s0_1);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1_0 = w0.fma(r1, s1_0);
            s1_1 = w1.fma(r1, s1_1);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2_0 = w0.fma(r2, s2_0);
            s2_1 = w1.fma(r2, s2_1);
            FloatVector r3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
            s3_0 = w0.fma(r3, s3_0);
            s3_1 = w1.fma(r3, s3_1);
            FloatVector r4 = FloatVector.broadcast(FLOATS, x[x4 + k]);
            s4_0 = w0.fma(r4, s4_0);
            s4_1 = w1.fma(r4, s4_1);
            FloatVector r5 = FloatVector.broadcast(FLOATS, x[x5 + k]);
            s5_0 = w0.fma(r5, s5_0);
            s5_1 = w1.fma(r5, s5_1);
            FloatVector r6 = FloatVector.broadcast(FLOATS, x[x6 + k]);
            s6_0 = w0.fma(r6, s6_0);
            s6_1 = w1.fma(r6, s6_1);
            FloatVector r7 = FloatVector.broadcast(FLOATS, x[x7 + k]);
            s7_0 = w0.fma(r7, s7_0);
            s7_1 = w1.fma(r7, s7_1);
            FloatVector r8 = FloatVector.broadcast(FLOATS, x[x8 + k]);
            s8_0 = w0.fma(r8, s8_0);
            s8_1 = w1.fma(r8, s8_1);
            FloatVector r9 = FloatVector.broadcast(FLOATS, x[x9 + k]);
            s9_0 = w0.fma(r9, s9_0);
            s9_1 = w1.fma(r9, s9_1);
            FloatVector r10 = FloatVector.broadcast(FLOATS, x[x10 + k]);
            s10_0 = w0.fma(r10, s10_0);
            s10_1 = w1.fma(r10, s10_1);
            FloatVector r11 = FloatVector.broadcast(FLOATS, x[x11 + k]);
            s11_0 = w0.fma(r11, s11_0);
            s11_1 = w1.fma(r11, s11_1);
        }
        s0_0.intoArray(y, y0 + 0 * L);
        s0_1.intoArray(y, y0 + 1 * L);
        s1_0.intoArray(y, y1 + 0 * L);
        s1_1.intoArray(y, y1 + 1 * L);
        s2_0.intoArray(y, y2 + 0 * L);
        s2_1.intoArray(y, y2 + 1 * L);
        s3_0.intoArray(y, y3 + 0 * L);
        s3_1.intoArray(y, y3 + 1 * L);
        s4_0.intoArray(y, y4 + 0 * L);
        s4_1.intoArray(y, y4 + 1 * L);
        s5_0.intoArray(y, y5 + 0 * L);
        s5_1.intoArray(y, y5 + 1 * L);
        s6_0.intoArray(y, y6 + 0 * L);
        s6_1.intoArray(y, y6 + 1 * L);
        s7_0.intoArray(y, y7 + 0 * L);
        s7_1.intoArray(y, y7 + 1 * L);
        s8_0.intoArray(y, y8 + 0 * L);
        s8_1.intoArray(y, y8 + 1 * L);
        s9_0.intoArray(y, y9 + 0 * L);
        s9_1.intoArray(y, y9 + 1 * L);
        s10_0.intoArray(y, y10 + 0 * L);
        s10_1.intoArray(y, y10 + 1 * L);
        s11_0.intoArray(y, y11 + 0 * L);
        s11_1.intoArray(y, y11 + 1 * L);
    }

    /** Up to 6 rows; 2 vectors of columns. */
    private static void rows6Vectors2(
            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
        int last = rows - 1;
        int x0 = xAt + Math.min(0, last) * xStride, y0 = yAt + Math.min(0, last) * yStride;
        int x1 = xAt + Math.min(1, last) * xStride, y1 = yAt + Math.min(1, last) * yStride;
        int x2 = xAt + Math.min(2, last) * xStride, y2 = yAt + Math.min(2, last) * yStride;
        int x3 = xAt + Math.min(3, last) * xStride, y3 = yAt + Math.min(3, last) * yStride;
        int x4 = xAt + Math.min(4, last) * xStride, y4 = yAt + Math.min(4, last) * yStride;
        int x5 = xAt + Math.min(5, last) * xStride, y5 = yAt + Math.min(5, last) * yStride;
        FloatVector s0_0 = FloatVector.fromArray(FLOATS, y, y0 + 0 * L);
        FloatVector s0_1 = FloatVector.fromArray(FLOATS, y, y0 + 1 * L);
        FloatVector s1_0 = FloatVector.fromArray(FLOATS, y, y1 + 0 * L);
        FloatVector s1_1 = FloatVector.fromArray(FLOATS, y, y1 + 1 * L);
        FloatVector s2_0 = FloatVector.fromArray(FLOATS, y, y2 + 0 * L);
        FloatVector s2_1 = FloatVector.fromArray(FLOATS, y, y2 + 1 * L);
        FloatVector s3_0 = FloatVector.fromArray(FLOATS, y, y3 + 0 * L);
        FloatVector s3_1 = FloatVector.fromArray(FLOATS, y, y3 + 1 * L);
        FloatVector s4_0 = FloatVector.fromArray(FLOATS, y, y4 + 0 * L);
        FloatVector s4_1 = FloatVector.fromArray(FLOATS, y, y4 + 1 * L);
        FloatVector s5_0 = FloatVector.fromArray(FLOATS, y, y5 + 0 * L);
        FloatVector s5_1 = FloatVector.fromArray(FLOATS, y, y5 + 1 * L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p + 0 * VECTOR, LITTLE_ENDIAN);
            FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + 1 * VECTOR, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0_0 = w0.fma(r0, s0_0);
            s0_1 = w1.fma(r0, s0_1);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1_0 = w0.fma(r1, s1_0);
            s1_1 = w1.fma(r1, s1_1);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2_0 = w0.fma(r2, s2_0);
            s2_1 = w1.fma(r2, s2_1);
            FloatVector r3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
            s3_0 = w0.fma(r3, s3_0);
            s3_1 = w1.fma(r3, s3_1);
            FloatVector r4 = FloatVector.broadcast(FLOATS, x[x4 + k]);
            s4_0 = w0.fma(r4, s4_0);
            s4_1 = w1.fma(r4, s4_1);
            FloatVector r5 = FloatVector.broadcast(FLOATS, x[x5 + k]);
            s5_0 = w0.fma(r5, s5_0);
            s5_1 = w1.fma(r5, s5_1);
        }
        s0_0.intoArray(y, y0 + 0 * L);
        s0_1.intoArray(y, y0 + 1 * L);
        s1_0.intoArray(y, y1 + 0 * L);
        s1_1.intoArray(y, y1 + 1 * L);
        s2_0.intoArray(y, y2 + 0 * L);
        s2_1.intoArray(y, y2 + 1 * L);
        s3_0.intoArray(y, y3 + 0 * L);
        s3_1.intoArray(y, y3 + 1 * L);
        s4_0.intoArray(y, y4 + 0 * L);
        s4_1.intoArray(y, y4 + 1 * L);
        s5_0.intoArray(y, y5 + 0 * L);
        s5_1.intoArray(y, y5 + 1 * L);
    }

    /** Up to 3 rows; 2 vectors of columns. */
    private static void rows3Vectors2(
            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
        int last = rows - 1;
        int x0 = xAt + Math.min(0, last) * xStride, y0 = yAt + Math.min(0, last) * yStride;
        int x1 = xAt + Math.min(1, last) * xStride, y1 = yAt + Math.min(1, last) * yStride;
        int x2 = xAt + Math.min(2, last) * xStride, y2 = yAt + Math.min(2, last) * yStride;
        FloatVector s0_0 = FloatVector.fromArray(FLOATS, y, y0 + 0 * L);
        FloatVector s0_1 = FloatVector.fromArray(FLOATS, y, y0 + 1 * L);
        FloatVector s1_0 = FloatVector.fromArray(FLOATS, y, y1 + 0 * L);
        FloatVector s1_1 = FloatVector.fromArray(FLOATS, y, y1 + 1 * L);
        FloatVector s2_0 = FloatVector.fromArray(FLOATS, y, y2 + 0 * L);
        FloatVector s2_1 = FloatVector.fromArray(FLOATS, y, y2 + 1 * L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p + 0 * VECTOR, LITTLE_ENDIAN);
            FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + 1 * VECTOR, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0_0 = w0.fma(r0, s0_0);
            s0_1 = w1.fma(r0, s0_1);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1_0 = w0.fma(r1, s1_0);
            s1_1 = w1.fma(r1, s1_1);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2_0 = w0.fma(r2, s2_0);
            s2_1 = w1.fma(r2, s2_1);
        }
        s0_0.intoArray(y, y0 + 0 * L);
        s0_1.intoArray(y, y0 + 1 * L);
        s1_0.intoArray(y, y1 + 0 * L);
        s1_1.intoArray(y, y1 + 1 * L);
        s2_0.intoArray(y, y2 + 0 * L);
        s2_1.intoArray(y, y2 + 1 * L);
    }

    /** Up to 3 rows; 4 vectors of columns. */
    public static void rows3Vectors4(
            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
        int last = rows - 1;
        int x0 = xAt + Math.min(0, last) * xStride, y0 = yAt + Math.min(0, last) * yStride;
        int x1 = xAt + Math.min(1, last) * xStride, y1 = yAt + Math.min(1, last) * yStride;
        int x2 = xAt + Math.min(2, last) * xStride, y2 = yAt + Math.min(2, last) * yStride;
        FloatVector s0_0 = FloatVector.fromArray(FLOATS, y, y0 + 0 * L);
        FloatVector s0_1 = FloatVector.fromArray(FLOATS, y, y0 + 1 * L);
        FloatVector s0_2 = FloatVector.fromArray(FLOATS, y, y0 + 2 * L);
        FloatVector s0_3 = FloatVector.fromArray(FLOATS, y, y0 + 3 * L);
        FloatVector s1_0 = FloatVector.fromArray(FLOATS, y, y1 + 0 * L);
        FloatVector s1_1 = FloatVector.fromArray(FLOATS, y, y1 + 1 * L);
        FloatVector s1_2 = FloatVector.fromArray(FLOATS, y, y1 + 2 * L);
        FloatVector s1_3 = FloatVector.fromArray(FLOATS, y, y1 + 3 * L);
        FloatVector s2_0 = FloatVector.fromArray(FLOATS, y, y2 + 0 * L);
        FloatVector s2_1 = FloatVector.fromArray(FLOATS, y, y2 + 1 * L);
        FloatVector s2_2 = FloatVector.fromArray(FLOATS, y, y2 + 2 * L);
        FloatVector s2_3 = FloatVector.fromArray(FLOATS, y, y2 + 3 * L);
        for (int k = 0; k < depth; k++) {
            long p = at + k * stride;
            FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, w, p + 0 * VECTOR, LITTLE_ENDIAN);
            FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, w, p + 1 * VECTOR, LITTLE_ENDIAN);
            FloatVector w2 = FloatVector.fromMemorySegment(FLOATS, w, p + 2 * VECTOR, LITTLE_ENDIAN);
            FloatVector w3 = FloatVector.fromMemorySegment(FLOATS, w, p + 3 * VECTOR, LITTLE_ENDIAN);
            FloatVector r0 = FloatVector.broadcast(FLOATS, x[x0 + k]);
            s0_0 = w0.fma(r0, s0_0);
            s0_1 = w1.fma(r0, s0_1);
            s0_2 = w2.fma(r0, s0_2);
            s0_3 = w3.fma(r0, s0_3);
            FloatVector r1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
            s1_0 = w0.fma(r1, s1_0);
            s1_1 = w1.fma(r1, s1_1);
            s1_2 = w2.fma(r1, s1_2);
            s1_3 = w3.fma(r1, s1_3);
            FloatVector r2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
            s2_0 = w0.fma(r2, s2_0);
            s2_1 = w1.fma(r2, s2_1);
            s2_2 = w2.fma(r2, s2_2);
            s2_3 = w3.fma(r2, s2_3);
        }
        s0_0.intoArray(y, y0 + 0 * L);
        s0_1.intoArray(y, y0 + 1 * L);
        s0_2.intoArray(y, y0 + 2 * L);
        s0_3.intoArray(y, y0 + 3 * L);
        s1_0.intoArray(y, y1 + 0 * L);
        s1_1.intoArray(y, y1 + 1 * L);
        s1_2.intoArray(y, y1 + 2 * L);
        s1_3.intoArray(y, y1 + 3 * L);
        s2_0.intoArray(y, y2 + 0 * L);
        s2_1.intoArray(y, y2 + 1 * L);
        s2_2.intoArray(y, y2 + 2 * L);
        s2_3.intoArray(y, y2 + 3 * L);
    }
}
